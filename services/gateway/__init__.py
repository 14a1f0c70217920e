"""HTTP of one unit's node: commands to the ledger, answers from the views; officers sign on their own machines."""
