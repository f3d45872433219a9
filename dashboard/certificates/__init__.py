"""The certificates of the page: an authority for each install, and two leaves for its server."""
