"""The shapes on the wire: what the API sends and accepts. The front end meets the house only through these."""
