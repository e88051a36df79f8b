"""Everything that Dagster loads: assets by stage, checks, jobs, schedules, sensors, resources.

Modules here are found by themselves. A module with a function marked `@dg.definitions` loads only what that
function returns; such functions therefore stand alone in their files.
"""
