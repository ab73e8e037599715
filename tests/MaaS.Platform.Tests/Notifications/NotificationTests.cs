// Rows become events once, and reach whom they concern: in the portal and by e-mail.
using MaaS.Catalog.Deployments;
using MaaS.Catalog.Jobs;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Jobs;
using MaaS.Contracts.Notifications;
using MaaS.Contracts.Teams;
using MaaS.Contracts.Training;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests.Notifications;

public sealed class NotificationTests(ApiServer api) : ApiTest(api)
{
    [Fact]
    public async Task A_run_that_ended_is_news_to_who_started_it_and_to_who_wants_to_hear_of_all()
    {
        await Team.Client(Role.Viewer).ChooseNotifications(new(OwnRunsOnly: false), Token);
        var (failed, done) = (await EndRun(JobState.Failed, "The column is empty."), await EndRun(JobState.Succeeded));
        await EndRun(JobState.Canceled);
        await EndRun(JobState.Succeeded, parent: Guid.CreateVersion7());

        var mine = await Until(Member, 2);
        var all = await Until(Team.Client(Role.Viewer), 2);
        Assert.Equal(
            [(EventKind.RunFailed, "run failed", "The column is empty.", $"/runs/{failed}", false), (EventKind.RunSucceeded, "run succeeded", "experiment", $"/runs/{done}", false)],
            mine.Select(item => (item.Kind, item.Name, item.Detail![..Math.Min(20, item.Detail!.Length)].StartsWith("experiment", StringComparison.Ordinal) ? "experiment" : item.Detail, item.Link, item.Read)).OrderBy(item => item.Item2));
        Assert.Equal(mine.Select(item => item.Id), all.Select(item => item.Id));
        Assert.Empty((await Admin.Notifications(token: Token)).Items);
    }

    [Fact]
    public async Task A_run_that_was_resumed_is_news_again_when_it_ends_again()
    {
        var run = await EndRun(JobState.Failed, "The GPU was full.");
        await Until(Member, 1);
        await using (var context = Api.Context())
            await context.Jobs.Where(row => row.RunId == run).ExecuteUpdateAsync(row => row
                .SetProperty(job => job.Attempt, job => job.Attempt + 1).SetProperty(job => job.State, JobState.Succeeded).SetProperty(job => job.FinishedAt, DateTimeOffset.UtcNow), Token);

        Assert.Equal([EventKind.RunSucceeded, EventKind.RunFailed], (await Until(Member, 2)).Select(item => item.Kind));
    }

    [Fact]
    public async Task Several_servers_make_one_event_of_one_row()
    {
        await using var replica = await Api.Replica();
        var runs = new List<Guid>();
        for (var i = 0; i < 5; i++)
            runs.Add(await EndRun(JobState.Succeeded));

        var items = await Until(Member, 5);
        Assert.Equal(runs.Select(run => $"/runs/{run}").Order(), items.Select(item => item.Link).Order());
        // Each is read again and again for two minutes; another row shows that it was read since.
        var last = await EndRun(JobState.Failed);
        Assert.Equal($"/runs/{last}", (await Until(Member, 6))[0].Link);
    }

    [Fact]
    public async Task What_was_read_is_no_longer_unread_and_each_person_reads_for_themselves()
    {
        await Team.Client(Role.Viewer).ChooseNotifications(new(OwnRunsOnly: false), Token);
        await EndRun(JobState.Failed);
        await EndRun(JobState.Succeeded);
        var items = await Until(Member, 2);
        await Until(Team.Client(Role.Viewer), 2);

        await Member.ReadNotification(items[0].Id, Token);
        var one = (await Member.UnreadNotifications(Token)).Count;
        await Member.ReadNotifications(Token);

        Assert.Equal((1, 0, 2), (one, (await Member.UnreadNotifications(Token)).Count, (await Team.Client(Role.Viewer).UnreadNotifications(Token)).Count));
        Assert.All((await Member.Notifications(token: Token)).Items, item => Assert.True(item.Read));
        var page = await Member.Notifications(1, token: Token);
        Assert.Equal(items.Select(item => item.Id), [page.Items.Single().Id, (await Member.Notifications(1, page.Next, Token)).Items.Single().Id]);
        Assert.Equal("notification_not_found", (await Refused(() => Admin.ReadNotification(items[0].Id, Token))).Code);
    }

    [Fact]
    public async Task Who_chose_not_to_hear_of_something_does_not()
    {
        await Member.ChooseNotifications(new(Page: [EventKind.RunFailed, EventKind.RunFailed]), Token);
        await EndRun(JobState.Succeeded);
        await EndRun(JobState.Failed);

        Assert.Equal([EventKind.RunFailed], (await Until(Member, 1)).Select(item => item.Kind));
        var choice = await Member.NotificationChoice(Token);
        Assert.Equal((1, null, true, false), (choice.Choice.Page!.Count, choice.Choice.Mail, choice.Choice.OwnRunsOnly, choice.CanMail));
    }

    [Fact]
    public async Task A_guards_rollback_is_news_to_everybody_and_a_persons_is_not()
    {
        var seed = await Seed.Make(Team);
        await using (var context = Api.Context())
        {
            var deployment = await context.Deployments.SingleAsync(row => row.Name == seed.Deployment, Token);
            context.Revisions.Add(new() { DeploymentId = deployment.Id, Number = 2, CreatedBy = "ada@example.com", RollbackOf = 1 });
            context.Revisions.Add(new() { DeploymentId = deployment.Id, Number = 3, CreatedBy = RevisionView.Guardian, RollbackOf = 1, Reason = "Too many errors." });
            await context.SaveChangesAsync(Token);
        }

        var item = Assert.Single(await Until(Admin, 1));
        Assert.Equal((EventKind.DeploymentRolledBack, seed.Deployment, "Too many errors.", $"/deployments/{seed.Deployment}"), (item.Kind, item.Name, item.Detail, item.Link));
        Assert.Single(await Until(Team.Client(Role.Viewer), 1));
    }

    [Fact]
    public async Task Drift_is_news_once_a_day_and_names_what_moved()
    {
        var seed = await Seed.Make(Team);
        await using (var context = Api.Context())
        {
            var deployment = await context.Deployments.SingleAsync(row => row.Name == seed.Deployment, Token);
            // Everybody is above fifty now; in training a quarter was.
            await Api.Catalog.GetRequiredService<TrafficStore>().Add([],
                [new() { DeploymentId = deployment.Id, VersionId = seed.ModelVersion, Hour = DateTimeOffset.UtcNow.AddHours(-1), Column = 0, Counts = [0, 0, 1000, 0, 0] }], Token);
        }

        var item = Assert.Single(await Until(Admin, 1));
        Assert.Equal((EventKind.DriftFound, seed.Deployment, $"/deployments/{seed.Deployment}"), (item.Kind, item.Name, item.Link));
        Assert.StartsWith($"Version 1 of {seed.Model}: age", item.Detail, StringComparison.Ordinal);
        // It is looked at several times a second here, and again for the next event.
        await Admin.ChooseNotifications(new(OwnRunsOnly: false), Token);
        await EndRun(JobState.Failed);
        Assert.Single(await Until(Admin, 2), one => one.Kind == EventKind.DriftFound);
    }

    [Fact]
    public async Task Who_chose_e_mail_gets_one_that_leads_to_the_page()
    {
        await using var mails = new MailServer();
        await using var server = await Api.Replica(mails.Settings);
        await server.Client(Team.Secrets[Role.Member]).ChooseNotifications(new(Page: [], Mail: [EventKind.RunFailed]), Token);
        var run = await EndRun(JobState.Failed, "The column is empty.");

        var mail = await mails.Next(Token);
        Assert.Contains("Subject: Run run failed failed", mail.Text, StringComparison.Ordinal);
        Assert.Contains("The column is empty.", mail.Text, StringComparison.Ordinal);
        Assert.Contains($"https://maas.example.com/runs/{run}", mail.Text, StringComparison.Ordinal);
        Assert.Empty((await Member.Notifications(token: Token)).Items);
        await using var context = Api.Context();
        await Wait.For(() => context.Notifications.CountAsync(row => row.UserId == Team.Users[Role.Member] && row.MailDueAt == null && row.MailAttempts == 1, Token), sent => sent == 1);
    }

    [Fact]
    public async Task Nothing_reaches_another_team()
    {
        var other = await TestTeam.Create(Api, $"other {Guid.NewGuid()}");
        await other.Client(Role.Admin).ChooseNotifications(new(OwnRunsOnly: false), Token);
        await EndRun(JobState.Failed);
        var item = (await Until(Member, 1)).Single();

        Assert.Empty((await other.Client(Role.Admin).Notifications(token: Token)).Items);
        Assert.Equal("notification_not_found", (await Refused(() => other.Client(Role.Admin).ReadNotification(item.Id, Token))).Code);
    }

    /// <summary>A run of the member's that has just ended.</summary>
    private async Task<Guid> EndRun(JobState state, string? error = null, Guid? parent = null)
    {
        await using var context = Api.Context();
        var id = Guid.CreateVersion7();
        var by = await context.Users.Where(row => row.Id == Team.Users[Role.Member]).Select(row => row.Email).SingleAsync(Token);
        var job = new Job
        {
            TeamId = Team.Id,
            Kind = JobKind.Train,
            State = state,
            RunId = id,
            ParentId = parent,
            Error = error,
            CreatedBy = by,
            Spec = new TrainJob(Guid.CreateVersion7(), new TabularTraining("left")),
            FinishedAt = DateTimeOffset.UtcNow,
        };
        var experiment = context.Experiments.Add(new() { TeamId = Team.Id, Name = $"experiment {Guid.NewGuid()}" }).Entity;
        context.Jobs.Add(job);
        context.Runs.Add(new() { Id = id, TeamId = Team.Id, ExperimentId = experiment.Id, JobId = job.Id, Name = $"run {state}".ToLowerInvariant() });
        await context.SaveChangesAsync(Token);
        return id;
    }

    private static Task<IReadOnlyList<NotificationView>> Until(MaaSClient client, int count) =>
        Wait.For(async () => (await client.Notifications(token: Token)).Items, items => items.Count >= count);
}
