"""The library: pages in, validated claims out. Knows neither Dagster nor dbt."""
