"""Everything on disk. The only importer of SQLAlchemy."""
