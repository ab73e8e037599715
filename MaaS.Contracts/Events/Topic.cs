// What a stream of events can be asked for, and the one spelling of it: "jobs", "job:<id>", "metrics:<run>/val_loss".
// Knows nothing of who may ask; what a topic says is LiveEvent's.
namespace MaaS.Contracts.Events;

/// <summary>Of one thing by its id, or, from <see cref="Jobs"/> on, of the caller's team.</summary>
public enum TopicKind
{
    /// <summary>A job's state, progress and phase.</summary>
    Job,

    /// <summary>The lines a job prints.</summary>
    Log,

    /// <summary>The points of a run's series, the machine's own among them.</summary>
    Metrics,

    /// <summary>Whether a run's record changed: its name, notes and tags, the trials of a sweep, the variants of a compression.</summary>
    Run,

    /// <summary>Whether something was sent to a webhook; for admins.</summary>
    Webhook,

    /// <summary>What the team's queue does.</summary>
    Jobs,

    /// <summary>How many notifications the person has not read.</summary>
    Notifications,

    /// <summary>What the team's deployments serve, and how much they are asked.</summary>
    Deployments,

    /// <summary>The workers, which all teams share.</summary>
    Workers,
}

/// <param name="Id">Of the job, run or webhook.</param>
/// <param name="Key">Of <see cref="TopicKind.Metrics"/>: this series only.</param>
public readonly record struct Topic(TopicKind Kind, Guid? Id = null, string? Key = null)
{
    /// <summary>For whoever has to say what is allowed.</summary>
    public const string Spelling = "job:<id>, log:<job>, metrics:<run>, metrics:<run>/<series>, run:<id>, webhook:<id>, jobs, notifications, deployments or workers";

    public static Topic Jobs => new(TopicKind.Jobs);
    public static Topic Notifications => new(TopicKind.Notifications);
    public static Topic Deployments => new(TopicKind.Deployments);
    public static Topic Workers => new(TopicKind.Workers);

    public static Topic Job(Guid job) => new(TopicKind.Job, job);
    public static Topic Log(Guid job) => new(TopicKind.Log, job);
    public static Topic Metrics(Guid run, string? key = null) => new(TopicKind.Metrics, run, key);
    public static Topic Run(Guid run) => new(TopicKind.Run, run);
    public static Topic Webhook(Guid webhook) => new(TopicKind.Webhook, webhook);

    /// <summary>Without the series: how far a stream has been told is counted for all series of a run together.</summary>
    public Topic Whole => this with { Key = null };

    /// <summary>Whether its news are things with rising numbers, each told once, rather than how something is by now.</summary>
    public bool IsNumbered => Kind is TopicKind.Log or TopicKind.Metrics;

    /// <summary>Whose news it is.</summary>
    public static Topic Of(LiveEvent item) => item switch
    {
        JobStateEvent state => Job(state.Job.Id),
        JobLogEvent log => Log(log.JobId),
        JobMetricsEvent metrics => Metrics(metrics.RunId),
        TeamJobsEvent => Jobs,
        UnreadEvent => Notifications,
        DeploymentsEvent => Deployments,
        WorkersEvent => Workers,
        ChangedEvent changed => Parse(changed.Topic),
        GoneEvent gone => Parse(gone.Topic),
        _ => throw new ArgumentException($"{item.GetType().Name} is of no topic.", nameof(item)),
    };

    public static bool TryParse(string text, out Topic topic)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var slash = colon < 0 ? -1 : text.IndexOf('/', colon);
        topic = default;
        if (!Enum.TryParse<TopicKind>(colon < 0 ? text : text[..colon], ignoreCase: true, out var kind) || !Enum.IsDefined(kind) || !char.IsAsciiLetterLower(text[0]))
            return false;
        if (kind >= TopicKind.Jobs)
        {
            topic = new(kind);
            return colon < 0;
        }
        if (colon < 0 || !Guid.TryParse(slash < 0 ? text.AsSpan(colon + 1) : text.AsSpan(colon + 1, slash - colon - 1), out var id))
            return false;
        topic = new(kind, id, slash < 0 ? null : text[(slash + 1)..]);
        return slash < 0 || (kind == TopicKind.Metrics && slash < text.Length - 1);
    }

    public override string ToString()
    {
        var word = Kind.ToString().ToLowerInvariant();
        return Id is not { } id ? word : Key is null ? $"{word}:{id}" : $"{word}:{id}/{Key}";
    }

    private static Topic Parse(string text) => TryParse(text, out var topic) ? topic : throw new FormatException($"\"{text}\" is no topic.");
}
