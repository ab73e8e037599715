// A search over runs as one parameterized statement: every value a person wrote is a parameter, every name of ours is written here.
// A metric is a join, once however often it is asked for; parameters and tags are read from the run's own row.
using System.Globalization;
using System.Text;
using MaaS.Contracts.Experiments;
using MaaS.Contracts.Experiments.Search;
using Npgsql;

namespace MaaS.Catalog.Experiments;

internal sealed class RunStatement
{
    // What a parameter or tag, which is a text, must look like to be compared as a number; longer ones are no numbers anybody compares.
    private const string NumberPattern = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,3})?$";

    private readonly StringBuilder _joins = new();
    private readonly Dictionary<string, string> _metrics = new(StringComparer.Ordinal);
    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly string _from;
    private readonly bool _everywhere;
    private bool _jobs;
    private bool _experiments;

    public RunStatement(RunQuery query)
    {
        var conditions = new List<string> { $"r.team_id = {Parameter(query.TeamId)}", query.Show switch
        {
            RunShow.Active => "r.deleted_at is null and r.archived_at is null",
            RunShow.Archived => "r.deleted_at is null and r.archived_at is not null",
            _ => "r.deleted_at is not null",
        } };
        if (query.ExperimentId is { } experiment)
            conditions.Add($"r.experiment_id = {Parameter(experiment)}");
        if (query.Condition is not null)
            conditions.Add(Of(query.Condition));
        _everywhere = query.ExperimentId is null;
        Order = $"{Sorted(query.Sort, query.Descending ? "desc" : "asc")}, r.id desc";
        _from = $"from runs r{(_jobs ? " join jobs j on j.id = r.job_id" : "")}{(_experiments ? " join experiments e on e.id = r.experiment_id" : "")}{_joins} where {string.Join(" and ", conditions)}";
    }

    /// <summary>A total order: no two pages share a run, whatever is sorted by.</summary>
    public string Order { get; }

    /// <summary>
    /// Makes PostgreSQL ready for it, until the transaction ends. It cannot know how many runs a comparison inside a document leaves, guesses
    /// at a handful, and would fetch the figures of each of 70,000 by itself; a strip of the index for all of them takes half the time.
    /// </summary>
    public async Task Prepare(NpgsqlConnection connection, CancellationToken token)
    {
        await using var command = new NpgsqlCommand($"set local jit = off; set local work_mem = '32MB'{(_everywhere ? "; set local enable_nestloop = off" : "")}", connection);
        await command.ExecuteNonQueryAsync(token);
    }

    /// <summary>Selects of what is found; <paramref name="after"/> orders and cuts it.</summary>
    public NpgsqlCommand Command(NpgsqlConnection connection, string selected, string after = "")
    {
        var command = new NpgsqlCommand($"select {selected} {_from} {after}", connection);
        command.Parameters.AddRange(_parameters.Select(parameter => parameter.Clone()).ToArray());
        return command;
    }

    private string Of(RunCondition condition) => condition switch
    {
        AllOf all => $"({string.Join(" and ", all.Parts.Select(Of))})",
        AnyOf any => $"({string.Join(" or ", any.Parts.Select(Of))})",
        // What is missing is unknown to SQL, and to a person simply not so.
        Not not => $"(({Of(not.Condition)}) is not true)",
        Exists exists => $"({Value(exists.Column)} is not null)",
        OneOf of => $"({string.Join(" or ", of.Values.Select(value => Compared(of.Column, Comparator.Equal, value)))})",
        Comparison comparison => Compared(comparison.Column, comparison.Comparator, comparison.Value),
        _ => throw new InvalidOperationException($"{condition.GetType().Name} is no condition."),
    };

    private string Compared(RunColumn column, Comparator comparator, RunValue value)
    {
        var left = Value(column);
        switch (value)
        {
            case NumberValue number when column.IsNumber:
                // NaN is the greatest number to PostgreSQL, and to a person none.
                var guard = comparator is Comparator.Greater or Comparator.GreaterOrEqual && column.IsMetric ? $" and {left} < 'NaN'" : "";
                return $"({left} {Sign(comparator)} {Parameter(number.Number)}{guard})";
            case NumberValue { Exact: { } exact }:
                return $"({Number(left)} {Sign(comparator)} {Parameter(exact)})";
            case NumberValue number:
                return $"({Number(left)} {Sign(comparator)} {Parameter(number.Number)}::float8::numeric)";
            case TextValue text when column.Field == RunField.State:
                return $"({left} = {Parameter(text.Text)})";
            case TextValue text when comparator == Comparator.Contains:
                return $"(strpos(lower({left}), lower({Parameter(text.Text)})) > 0)";
            case TextValue text:
                return $"(lower({left}) = lower({Parameter(text.Text)}))";
            case TimeValue time:
                return $"({left} {Sign(comparator)} {Parameter(time.Time.UtcDateTime)})";
            default:
                throw new InvalidOperationException($"{value.GetType().Name} is no value.");
        }
    }

    private static string Sign(Comparator comparator) => comparator switch
    {
        Comparator.Equal => "=",
        Comparator.Less => "<",
        Comparator.LessOrEqual => "<=",
        Comparator.Greater => ">",
        _ => ">=",
    };

    private string Value(RunColumn column) => column.Field switch
    {
        RunField.Name => "r.name",
        RunField.State => Job("j.state"),
        RunField.Created => "r.created_at",
        RunField.Experiment => Experiment("e.name"),
        RunField.Folder => Experiment("e.folder"),
        RunField.Duration => Job("extract(epoch from coalesce(j.finished_at, now()) - j.started_at)::float8"),
        RunField.Params => $"(r.params ->> {Parameter(column.Key!)})",
        RunField.Tags => $"(r.tags ->> {Parameter(column.Key!)})",
        RunField.Metrics => $"{Metric(column.Key!)}.last",
        RunField.Min => $"{Metric(column.Key!)}.min",
        RunField.Max => $"{Metric(column.Key!)}.max",
        _ => $"{Metric(column.Key!)}.{(MetricGoal.LessIsBetter(column.Key!) ? "min" : "max")}",
    };

    private string Job(string value)
    {
        _jobs = true;
        return value;
    }

    private string Experiment(string value)
    {
        _experiments = true;
        return value;
    }

    private string Metric(string key)
    {
        if (_metrics.TryGetValue(key, out var alias))
            return alias;
        alias = $"m{_metrics.Count}";
        _joins.Append(CultureInfo.InvariantCulture, $" left join run_metrics {alias} on {alias}.team_id = r.team_id and {alias}.key = {Parameter(key)} and {alias}.run_id = r.id");
        return _metrics[key] = alias;
    }

    // Numbers first, by size, and then what is a text; what is missing is last in both directions.
    private string Sorted(RunColumn column, string direction)
    {
        var value = Value(column);
        return column.Field switch
        {
            _ when column.IsMetric => $"nullif({value}, 'NaN') {direction} nulls last",
            RunField.Params or RunField.Tags => $"{Number(value)} {direction} nulls last, lower({value}) {direction} nulls last",
            RunField.Name or RunField.Experiment or RunField.Folder => $"lower({value}) {direction}",
            _ => $"{value} {direction} nulls last",
        };
    }

    // The length comes first, so that no text is too long to be a number of PostgreSQL's.
    private static string Number(string text) => $"(case when length({text}) <= 40 and {text} ~ '{NumberPattern}' then {text}::numeric end)";

    private string Parameter(object value)
    {
        _parameters.Add(new() { Value = value });
        return $"${_parameters.Count}";
    }
}
