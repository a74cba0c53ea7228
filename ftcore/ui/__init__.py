"""What the pages share: the session, the header, grids and charts. The only streamlit imports in ftcore."""
