"""Reviews: the appraisal of one version at one level, bound to the bytes that were seen."""
