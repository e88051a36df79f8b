{#- The headline metrics in the order of the wide mart: column, metric under which it is kept, breakdown. A test
    holds this list against dim_metric. -#}
{% macro headline_metrics() %}
    {{ return([
        {'column': 'grassroots_unions', 'metric': 'grassroots_unions', 'breakdown': ''},
        {'column': 'grassroots_units_covered', 'metric': 'grassroots_units_covered', 'breakdown': ''},
        {'column': 'enterprise_union_rate', 'metric': 'enterprise_union_rate', 'breakdown': ''},
        {'column': 'union_members', 'metric': 'union_members', 'breakdown': ''},
        {'column': 'union_members_migrant', 'metric': 'union_members', 'breakdown': 'worker_type=migrant'},
        {'column': 'new_members', 'metric': 'new_members', 'breakdown': ''},
        {'column': 'employee_unionisation_rate', 'metric': 'employee_unionisation_rate', 'breakdown': ''},
        {'column': 'migrant_unionisation_rate', 'metric': 'employee_unionisation_rate', 'breakdown': 'worker_type=migrant'},
        {'column': 'employees_in_unionised_units', 'metric': 'employees_in_unionised_units', 'breakdown': ''},
        {'column': 'full_time_union_staff', 'metric': 'full_time_union_staff', 'breakdown': ''},
        {'column': 'workers_congress_units', 'metric': 'workers_congress_units', 'breakdown': ''},
        {'column': 'workers_congress_rate', 'metric': 'workers_congress_rate', 'breakdown': ''},
        {'column': 'open_affairs_rate', 'metric': 'open_affairs_rate', 'breakdown': ''},
        {'column': 'collective_contracts', 'metric': 'collective_contracts', 'breakdown': ''},
        {'column': 'collective_contract_enterprises', 'metric': 'collective_contract_enterprises', 'breakdown': ''},
        {'column': 'collective_contract_workers', 'metric': 'collective_contract_workers', 'breakdown': ''},
        {'column': 'collective_consultation_rate', 'metric': 'collective_consultation_rate', 'breakdown': ''},
        {'column': 'legal_aid_cases', 'metric': 'legal_aid_cases', 'breakdown': ''},
        {'column': 'hardship_households_registered', 'metric': 'hardship_households_registered', 'breakdown': ''},
        {'column': 'warmth_funds', 'metric': 'warmth_funds', 'breakdown': ''},
        {'column': 'golden_autumn_students', 'metric': 'golden_autumn_students', 'breakdown': ''},
        {'column': 'contest_participants', 'metric': 'contest_participants', 'breakdown': ''},
        {'column': 'inclusive_beneficiaries', 'metric': 'inclusive_beneficiaries', 'breakdown': ''},
        {'column': 'outdoor_worker_stations', 'metric': 'outdoor_worker_stations', 'breakdown': ''},
        {'column': 'new_employment_members', 'metric': 'union_members', 'breakdown': 'worker_type=new_employment'}
    ]) }}
{% endmacro %}
