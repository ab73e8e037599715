// One box for all nouns: by part of a name, by a tag, by the beginning of an id; and nothing of another team.
using MaaS.Contracts.Search;
using MaaS.Platform.Tests.Api;
using Npgsql;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests.Search;

public sealed class NounSearchTests(ApiServer api) : ApiTest(api)
{
    [Fact]
    public async Task Every_noun_is_found_by_a_part_of_its_name_in_any_case()
    {
        var seed = await Seed.Make(Team);
        await Seed.Make(Team);

        var hits = await Member.Find(seed.Mark.ToUpperInvariant(), token: Token);

        Assert.Equal(
            new HashSet<(SearchNoun, Guid, string)>
            {
                (SearchNoun.Experiment, seed.Experiment, $"{seed.Mark} experiment"), (SearchNoun.Run, seed.Run, $"{seed.Mark} run"), (SearchNoun.Run, seed.Running, $"{seed.Mark} running"),
                (SearchNoun.Dataset, seed.Dataset, $"{seed.Mark} data"),
            },
            hits.Where(hit => hit.Noun is not (SearchNoun.Model or SearchNoun.Deployment)).Select(hit => (hit.Noun, hit.Id, hit.Name)).ToHashSet());
        Assert.Equal([$"{seed.Mark}-endpoint", $"{seed.Mark}-model"], hits.Where(hit => hit.Noun is SearchNoun.Model or SearchNoun.Deployment).Select(hit => hit.Name).Order());
    }

    [Fact]
    public async Task A_run_is_found_by_a_tag_and_says_which()
    {
        var seed = await Seed.Make(Team);
        await Member.TagRuns(new([seed.Run], new Dictionary<string, string> { ["stage"] = "a \"candidate\"" }), Token);

        var byValue = Assert.Single(await Member.Find("\"candidate\"", token: Token));
        var byKey = Assert.Single(await Member.Find("stage", token: Token));

        Assert.Equal((seed.Run, $"{seed.Mark} experiment · stage = a \"candidate\""), (byValue.Id, byValue.Detail));
        Assert.Equal(byValue, byKey);
    }

    [Fact]
    public async Task A_thing_is_found_by_the_beginning_of_its_id()
    {
        var seed = await Seed.Make(Team);

        var run = await Member.Find($"{seed.Run}"[..23], token: Token);
        var job = await Member.Find($"{seed.Job:n}"[..20].ToUpperInvariant(), token: Token);

        Assert.Contains(run, hit => hit.Id == seed.Run && hit.Noun == SearchNoun.Run);
        Assert.Contains(job, hit => hit.Id == seed.Job && hit.Noun == SearchNoun.Job && hit.RunId == seed.Run);
    }

    [Fact]
    public async Task What_is_called_so_comes_before_what_only_begins_so_and_that_before_what_holds_it()
    {
        await using (var context = Api.Context())
        {
            foreach (var name in new[] { "new churn", "churn", "churn 2" })
                context.Datasets.Add(new() { TeamId = Team.Id, Name = name });
            await context.SaveChangesAsync(Token);
        }

        Assert.Equal(["churn", "churn 2", "new churn"], (await Member.Find("churn", token: Token)).Select(hit => hit.Name));
        Assert.Equal(["churn"], (await Member.Find("churn", 1, Token)).Select(hit => hit.Name));
    }

    [Fact]
    public async Task Signs_that_stand_for_others_in_SQL_stand_for_themselves()
    {
        await using (var context = Api.Context())
        {
            foreach (var name in new[] { "100% of them", "a_b", "a\\b", "plain" })
                context.Datasets.Add(new() { TeamId = Team.Id, Name = name });
            await context.SaveChangesAsync(Token);
        }

        foreach (var (text, name) in new[] { ("%", "100% of them"), ("_", "a_b"), ("\\", "a\\b") })
            Assert.Equal([name], (await Member.Find(text, token: Token)).Select(hit => hit.Name));
    }

    [Fact]
    public async Task Another_teams_things_and_deleted_runs_are_not_found()
    {
        var theirs = await Seed.Make(Team);
        var ours = await TestTeam.Create(Api, $"another {Guid.NewGuid()}");
        foreach (var text in new[] { theirs.Mark, $"{theirs.Run}", $"{theirs.Job}", $"{theirs.Dataset}" })
            Assert.Empty(await ours.Client(Contracts.Teams.Role.Admin).Find(text, token: Token));

        await Member.DeleteRuns(new([theirs.Run]), Token);
        Assert.DoesNotContain(await Member.Find(theirs.Mark, token: Token), hit => hit.Id == theirs.Run);
    }

    [Fact]
    public async Task No_text_and_too_much_of_it_are_refused()
    {
        Assert.Equal((422, "text_invalid"), Code(await Refused(() => Member.Find("  ", token: Token))));
        Assert.Equal((422, "text_invalid"), Code(await Refused(() => Member.Find(new string('a', 201), token: Token))));
        Assert.Equal((422, "limit_not_allowed"), Code(await Refused(() => Member.Find("a", 51, Token))));
    }

    [Fact]
    public async Task Where_PostgreSQL_has_the_extension_names_of_runs_have_an_index()
    {
        var database = Api.Catalog.GetRequiredService<NpgsqlDataSource>();
        await using var available = database.CreateCommand("select count(*) from pg_available_extensions where name = 'pg_trgm'");
        await using var indexes = database.CreateCommand("select count(*) from pg_indexes where indexname in ('ix_runs_name_trgm', 'ix_runs_tags_trgm')");

        Assert.Equal(2 * (long)(await available.ExecuteScalarAsync(Token))!, await indexes.ExecuteScalarAsync(Token));
    }

    private static (int, string) Code(Contracts.Problem problem) => (problem.Status, problem.Code);
}
