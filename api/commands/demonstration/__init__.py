"""The demonstration: a throwaway house filled with material that this program makes itself."""
