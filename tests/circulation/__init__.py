"""Paper copies: judging, due dates, the desk, and a hundred workers on one copy."""
