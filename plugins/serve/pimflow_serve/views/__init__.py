"""What pages and the API show, out of project and state: plain data, no web in it."""
