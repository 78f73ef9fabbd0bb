"""Programs that meet the server over HTTP; they may import `ledger`, to verify for themselves."""
