"""HTTP of one unit's node: commands to the ledger, answers from the views, documents signed on the officer's machine."""
