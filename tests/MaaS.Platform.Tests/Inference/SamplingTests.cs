// Samples of requests, whichever protocol brings them: on demand, so many, without what is redacted, and for admins alone.
using System.Text.Json;
using MaaS.Catalog.Deployments;
using MaaS.Contracts;
using MaaS.Contracts.Deployments;
using MaaS.Contracts.Inference;
using MaaS.Contracts.Teams;
using MaaS.Inference.Tests;
using MaaS.Platform.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MaaS.Platform.Tests.Inference;

public sealed class SamplingTests(ApiServer api) : RolloutTest(api)
{
    [Fact]
    public async Task Requests_of_every_protocol_are_kept_without_texts_categories_and_dates()
    {
        await Predict(); // nobody has asked for it yet
        var started = await Admin.StartSampling(Seed.Deployment, new(Requests: 10), Token);
        var answer = await Member.Predict(Seed.Deployment, Fifty, Token);
        Assert.Equal(200, (await Infer(All("""{"id":"its own name","inputs":INPUTS}"""))).Status);
        await Grpc();
        var samples = (await Taken(3)).ToDictionary(sample => (sample.Protocol, sample.Rows));

        Assert.Equal((SamplingState.Running, 10, 0), (started.State, started.Requests, started.Taken));
        Assert.Equal([new("age", true), new("member", true), new("city", false), new("joined", false)], started.Columns);
        Assert.Equal(["age", "member"], started.Keeps!);
        Assert.Equal(["city", "joined"], started.Redacts!);
        var rows = samples[(SampledProtocol.Predict, 1)];
        Assert.Equal((answer.RequestId, Seed.Model, 1), (rows.RequestId, rows.Model, rows.Version));
        Assert.Equal("""[{"age":50,"member":true,"city":"[redacted]","joined":"[redacted]"}]""", rows.Asked.GetRawText());
        Assert.Equal(JsonSerializer.Serialize(answer.Predictions, MaaSJson.Options), rows.Answered.GetRawText());
        var tensors = samples[(SampledProtocol.OpenInference, 2)];
        Assert.Equal("its own name", tensors.RequestId);
        Assert.Equal("""
            [{"name":"age","datatype":"FP32","shape":[2,1],"data":[50,"NaN"]},{"name":"member","datatype":"FP32","shape":[2,1],"data":[1,0]},{"name":"city","datatype":"BYTES","shape":[2,1],"data":"[redacted]"},{"name":"joined","datatype":"INT64","shape":[2,1],"data":"[redacted]"}]
            """.Trim(), tensors.Asked.GetRawText());
        Assert.StartsWith("""[{"name":"label","datatype":"BYTES","shape":[2],"data":["yes","no"]},{"name":"probabilities","datatype":"FP32","shape":[2,2],"data":[0.26""", tensors.Answered.GetRawText(), StringComparison.Ordinal);
        Assert.StartsWith("""[{"name":"age","datatype":"FP32","shape":[1,1],"data":[50]}""", samples[(SampledProtocol.OpenInference, 1)].Asked.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, await Stored("oslo"));
    }

    [Fact]
    public async Task What_is_to_be_redacted_can_be_said_and_nothing_is_a_choice_too()
    {
        await Admin.StartSampling(Seed.Deployment, new(Redact: ["age", "age"]), Token);
        await Predict();
        var some = Assert.Single(await Taken(1));
        var all = await Admin.StartSampling(Seed.Deployment, new(Redact: []), Token);
        await Predict();
        var whole = Assert.Single(await Taken(1));

        Assert.Equal("""[{"age":"[redacted]","member":true,"city":"oslo","joined":"1970-01-01"}]""", some.Asked.GetRawText());
        Assert.Equal("""[{"age":50,"member":true,"city":"oslo","joined":"1970-01-01"}]""", whole.Asked.GetRawText());
        Assert.Equal(0, all.Taken); // what the first one kept is gone
        Assert.Empty(all.Redacts!);
    }

    [Fact]
    public async Task It_ends_after_so_many_requests_however_many_servers_take_them()
    {
        await using var replica = await Api.Replica();
        await Admin.StartSampling(Seed.Deployment, new(Requests: 5), Token);
        var clients = new[] { Member, MemberOf(replica) };
        await Task.WhenAll(clients.Select(async client =>
        {
            for (var i = 0; i < 20; i++)
                await Predict(client);
        }));
        var samples = await Taken(5);
        await Task.Delay(TimeSpan.FromSeconds(2.5), Token); // in which both have stored what they took
        await Predict();

        Assert.Equal(5, samples.Count);
        Assert.Equal(5, (await Taken(5)).Count);
        Assert.Equal(SamplingState.Ended, (await Member.Sampling(Seed.Deployment, Token)).State);
    }

    [Fact]
    public async Task A_stopped_one_keeps_what_it_took_until_it_is_deleted()
    {
        await Admin.StartSampling(Seed.Deployment, new(), Token);
        await Predict();
        await Taken(1);
        await Admin.StopSampling(Seed.Deployment, Token);
        await Predict();
        var stopped = await Member.Sampling(Seed.Deployment, Token);
        var kept = Assert.Single(await Taken(1));
        await Admin.DeleteSamples(Seed.Deployment, Token);

        Assert.Equal((SamplingState.Ended, 1), (stopped.State, stopped.Taken));
        Assert.Equal(Seed.Model, kept.Model);
        Assert.Equal((0, SamplingState.Off), ((await Admin.Samples(Seed.Deployment, token: Token)).Items.Count, (await Member.Sampling(Seed.Deployment, Token)).State));
        Assert.Equal(
            ["deleted_samples", "stopped_sampling", "started_sampling"],
            (await Admin.Audit(token: Token)).Items.Where(one => one.NounName == Seed.Deployment).Select(one => one.Action).Take(3));
    }

    [Fact]
    public async Task The_file_has_a_sample_a_line()
    {
        await Admin.StartSampling(Seed.Deployment, new(), Token);
        await Predict();
        await Predict();
        var listed = await Taken(2);
        using var reader = new StreamReader(await Admin.SamplesFile(Seed.Deployment, Token));
        var lines = (await reader.ReadToEndAsync(Token)).Split('\n');

        Assert.Equal((3, ""), (lines.Length, lines[^1]));
        Assert.Equal(listed.Select(sample => sample.Id).Reverse(), lines[..2].Select(line => JsonSerializer.Deserialize<SampleView>(line, MaaSJson.Options)!.Id));
    }

    [Fact]
    public async Task Large_requests_are_kept_in_part_and_say_how_large_they_were()
    {
        await Admin.StartSampling(Seed.Deployment, new(Redact: []), Token);
        var city = new string('x', 9_000);
        await Member.Predict(Seed.Deployment, new PredictRequest(TestPackage.Rows([.. Enumerable.Repeat($$"""{"age":50,"city":"{{city}}"}""", 150)])), Token);
        var sample = Assert.Single(await Taken(1));

        Assert.Equal((150, 100), (sample.Rows, sample.Asked.GetArrayLength()));
        Assert.Equal("""{"age":50,"city":"[left out: 9002 bytes]"}""", sample.Asked[0].GetRawText());
    }

    [Fact]
    public async Task A_text_in_a_column_of_numbers_and_the_name_of_a_column_nobody_knows_are_not_kept()
    {
        await Admin.StartSampling(Seed.Deployment, new(), Token);
        await Member.Predict(Seed.Deployment, new PredictRequest(TestPackage.Rows("""{"age":50,"member":null}""", """{"age":"John Smith","member":true,"mail john@example.com":1}""", """{"age":["John Smith"],"city":7}""")), Token);
        var sample = Assert.Single(await Taken(1));

        Assert.Equal("""[{"age":50,"member":null},{"age":"[redacted]","member":true},{"age":"[redacted]","city":"[redacted]"}]""", sample.Asked.GetRawText());
        Assert.Equal(0, await Stored("ohn"));
    }

    [Fact]
    public async Task Too_large_a_request_is_known_by_its_size_alone()
    {
        await Admin.StartSampling(Seed.Deployment, new(Redact: []), Token);
        var city = new string('x', 5 << 20);
        await Member.Predict(Seed.Deployment, new PredictRequest(TestPackage.Rows($$"""{"age":50,"city":"{{city}}"}""")), Token);

        Assert.StartsWith("[left out: 52", Assert.Single(await Taken(1)).Asked.GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_finds_no_room_to_wait_is_not_kept_and_a_later_request_is_taken_in_its_place()
    {
        await Admin.StartSampling(Seed.Deployment, new(Requests: 1, Redact: []), Token);
        var city = new string('x', 3 << 20); // where two megabytes may wait
        await Member.Predict(Seed.Deployment, new PredictRequest(TestPackage.Rows($$"""{"age":50,"city":"{{city}}"}""")), Token);
        var later = await Member.Predict(Seed.Deployment, Fifty, Token);

        Assert.Equal(later.RequestId, Assert.Single(await Taken(1)).RequestId);
    }

    [Fact]
    public async Task A_sample_that_comes_again_after_an_outage_is_neither_kept_nor_counted_twice()
    {
        await Admin.StartSampling(Seed.Deployment, new(), Token);
        await Predict();
        var id = Assert.Single(await Taken(1)).Id;
        await using (var context = Api.Context())
        {
            var row = await context.RequestSamples.AsNoTracking().SingleAsync(sample => sample.Id == id, Token);
            await Api.Catalog.GetRequiredService<SampleStore>().Add(row.SamplingId, [row], Token);
        }

        Assert.Equal(id, Assert.Single(await Taken(1)).Id);
        Assert.Equal(1, (await Member.Sampling(Seed.Deployment, Token)).Taken);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Member)]
    public async Task Whoever_is_no_admin_sees_that_it_goes_on_and_nothing_else(Role role)
    {
        await Admin.StartSampling(Seed.Deployment, new(), Token);
        var client = Team.Client(role);

        Assert.Equal(SamplingState.Running, (await client.Sampling(Seed.Deployment, Token)).State);
        foreach (var call in new Func<Task>[]
        {
            () => client.StartSampling(Seed.Deployment, new(), Token),
            () => client.StopSampling(Seed.Deployment, Token),
            () => client.Samples(Seed.Deployment, token: Token),
            () => client.SamplesFile(Seed.Deployment, Token),
            () => client.DeleteSamples(Seed.Deployment, Token),
        })
            Assert.Equal(403, (await Refused(call)).Status);
    }

    private async Task<IReadOnlyList<SampleView>> Taken(int count)
    {
        IReadOnlyList<SampleView> samples = [];
        await Until(async () => (samples = (await Admin.Samples(Seed.Deployment, token: Token)).Items).Count >= count);
        return samples;
    }

    private async Task<int> Stored(string text)
    {
        await using var context = Api.Context();
        return await context.Database.SqlQuery<int>($"""
            select count(*)::int as "Value" from request_samples join samplings on samplings.id = sampling_id join deployments on deployments.id = deployment_id
            where team_id = {Team.Id} and request_samples::text like {$"%{text}%"}
            """).SingleAsync(Token);
    }
}
