// What a search over all of a team's nouns finds.
namespace MaaS.Contracts.Search;

public enum SearchNoun { Experiment, Run, Dataset, Model, Deployment, Job }

/// <param name="Id">Of a job that fills a run, the run's page tells more: <see cref="RunId"/>.</param>
/// <param name="Name">Models and deployments are addressed by it.</param>
/// <param name="Detail">Where it belongs, or why it was found: an experiment's folder, a run's experiment and tags, a job's state.</param>
/// <param name="RunId">The run that a job fills.</param>
public sealed record SearchHit(SearchNoun Noun, Guid Id, string Name, string? Detail, DateTimeOffset CreatedAt, Guid? RunId = null);
