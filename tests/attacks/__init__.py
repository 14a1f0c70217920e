"""The attack table: every sentence of PROTOCOL 1-6 and 8 and of WIRE that can be attacked, and what becomes of it."""
