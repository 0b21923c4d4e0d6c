"""What programs ask: JSON, documented at /api/docs."""
