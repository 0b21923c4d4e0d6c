"""Pictures and files: from paths, addresses and base64 text into the PIM, and from the PIM into a folder."""
