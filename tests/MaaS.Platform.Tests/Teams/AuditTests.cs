// The audit log: searched, paged, and as a file that a spreadsheet does not compute.
using MaaS.Catalog.Teams;
using MaaS.Contracts.Teams;
using MaaS.Platform.Tests.Api;
using Xunit;

namespace MaaS.Platform.Tests.Teams;

public sealed class AuditTests(ApiServer api) : ApiTest(api)
{
    private static readonly DateTimeOffset s_monday = new(2026, 11, 2, 9, 0, 0, TimeSpan.Zero);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await using var context = Api.Context();
        context.AuditEvents.AddRange(
            Row(0, "ada@example.com", "created", "deployment", "shop", null),
            Row(1, "bob@example.com", "deleted", "model", "churn_100%", "version 3"),
            Row(2, "key nightly", "created", "experiment", "=2+5", "a \"quoted\", longer\nnote"),
            Row(3, "ada@example.com", "deleted", "deployment", "shop", "to revision 2"));
        await context.SaveChangesAsync(Token);
    }

    public static TheoryData<AuditFilter, string> Filters() => new()
    {
        { new(), "3210" },
        { new(Actor: "ADA"), "30" },
        { new(Actor: "key "), "2" },
        { new(Action: "deleted"), "31" },
        { new(Action: "delete"), "" },
        { new(Noun: "deployment"), "30" },
        { new(Noun: "deployment", Action: "deleted"), "3" },
        { new(Text: "Version"), "1" },
        { new(Text: "shop"), "30" },
        { new(Text: "100%"), "1" },
        { new(Text: "n_1"), "1" },
        { new(Text: "_"), "1" },
        { new(Text: "\\"), "" },
        { new(Since: s_monday.AddDays(1), Until: s_monday.AddDays(3)), "21" },
        { new(Since: s_monday.AddDays(2).ToOffset(TimeSpan.FromHours(2))), "32" },
    };

    [Theory]
    [MemberData(nameof(Filters), DisableDiscoveryEnumeration = true)]
    public async Task What_is_asked_for_is_found_and_nothing_else(AuditFilter filter, string days)
    {
        var events = (await Admin.Audit(filter, token: Token)).Items;

        Assert.Equal(days, string.Concat(events.Select(item => $"{(item.At - s_monday).Days}")));
    }

    [Fact]
    public async Task Pages_go_on_where_the_one_before_ended_whatever_happens_meanwhile()
    {
        var first = await Admin.Audit(new(Actor: "ada"), 1, token: Token);
        await Member.CreateExperiment(new("meanwhile"), Token);
        var second = await Admin.Audit(new(Actor: "ada"), 1, first.Next, Token);

        Assert.Equal(["deleted", "created"], [first.Items.Single().Action, second.Items.Single().Action]);
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task The_file_holds_what_the_filter_lets_through_and_no_formula()
    {
        using var answer = await Team.Http(Role.Admin).GetAsync("api/audit/file?action=created", Token);
        var lines = (await answer.Content.ReadAsStringAsync(Token)).Split("\r\n");

        Assert.Equal(("text/csv", "attachment", "nosniff"), (answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentDisposition!.DispositionType, answer.Headers.GetValues("X-Content-Type-Options").Single()));
        Assert.Equal("number,at,actor,action,noun,name,detail", lines[0]);
        Assert.Equal("""2026-11-04T09:00:00.0000000Z,key nightly,created,experiment,'=2+5,"a ""quoted"", longer""" + "\nnote\"", lines[1][(lines[1].IndexOf(',') + 1)..]);
        Assert.Equal("2026-11-02T09:00:00.0000000Z,ada@example.com,created,deployment,shop,", lines[2][(lines[2].IndexOf(',') + 1)..]);
        Assert.Equal(["", ""], lines[3..].Append(""));
    }

    [Fact]
    public async Task Another_teams_events_are_in_no_search_and_no_file()
    {
        var other = await TestTeam.Create(Api, $"other {Guid.NewGuid()}");
        using var reader = new StreamReader(await other.Client(Role.Admin).AuditFile(token: Token));

        Assert.Empty((await other.Client(Role.Admin).Audit(new(Text: "shop"), token: Token)).Items);
        Assert.Equal("number,at,actor,action,noun,name,detail\r\n", await reader.ReadToEndAsync(Token));
        Assert.Equal("role_missing", (await Refused(() => Member.AuditFile(token: Token))).Code);
    }

    private AuditEvent Row(int day, string actor, string action, string noun, string name, string? detail) =>
        new() { TeamId = Team.Id, At = s_monday.AddDays(day), Actor = actor, Action = action, Noun = noun, NounName = name, Detail = detail };
}
