"""The pages: plain semantic HTML from the same wire shapes as the API. They work before script, and without it."""
