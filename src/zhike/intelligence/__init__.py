"""Market needs, industry trends and moves of competitors, with source, day, reliability and customers concerned."""
