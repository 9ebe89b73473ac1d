"""The engine: reading and writing files, partitioned runs. Only here do pandas and geopandas live."""
