"""Figures on their way in: upload, preview, run, proposal, review; and the store in the database."""
