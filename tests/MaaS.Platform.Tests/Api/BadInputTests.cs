// What users get wrong: each is answered with a sentence that helps, none is our fault (500), and nothing half-written remains.
// Here are bodies and addresses of any kind, datasets, runs and models; jobs, serving and access have files of their own.
using System.Net.Http.Json;
using System.Text;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class BadInputTests(ApiServer api) : ApiTest(api)
{
    public const string Unknown = "0198f3c2-7d4e-7c1a-9b52-3f6a1c0d8e21";

    /// <summary>Method, address, body, status, code, and words the sentence must hold. {…} stand for ids of the seed.</summary>
    public static TheoryData<string, string, string?, int, string, string> Requests() => new()
    {
        // Bodies that are no JSON, or of another shape
        { "POST", "api/experiments", "", 400, "missing_body", "empty" },
        { "POST", "api/experiments", "null", 400, "missing_body", "empty or null" },
        { "POST", "api/experiments", "{", 400, "invalid_json", "line 1" },
        { "POST", "api/experiments", "{\"name\":\"a\",}", 400, "invalid_json", "line 1" },
        { "POST", "api/experiments", "not json", 400, "invalid_json", "line 1" },
        { "POST", "api/experiments", "[]", 400, "invalid_json", "the body must be an object" },
        { "POST", "api/experiments", "\"name\"", 400, "invalid_json", "the body must be an object" },
        { "POST", "api/experiments", "{}", 400, "invalid_json", "name must be given" },
        { "POST", "api/experiments", "{\"name\":null}", 400, "invalid_json", "name must not be null" },
        { "POST", "api/experiments", "{\"name\":5}", 400, "invalid_json", "name must be a text" },
        { "POST", "api/experiments", "{\"name\":[\"a\"]}", 400, "invalid_json", "name must be a text" },
        { "POST", "api/experiments", "{\"name\":\"\"}", 400, "validation_failed", "name" },
        { "POST", "api/experiments", "{\"name\":\"a\",\"colour\":\"red\"}", 400, "invalid_json", "colour is not a field here; known are name, description" },
        { "POST", "api/experiments", "{\"name\":\"a\",\"name\":\"b\"}", 400, "invalid_json", "name is given twice" },
        { "POST", "api/experiments", "{\"name\":\"a\\u0000b\"}", 400, "invalid_text", "U+0000" },
        { "POST", "api/experiments", $"{{\"name\":\"{new string('a', 101)}\"}}", 400, "validation_failed", "100" },
        { "POST", "api/experiments", $"{{\"name\":\"a\",\"description\":\"{new string('a', 2001)}\"}}", 400, "validation_failed", "description" },
        { "POST", "api/experiments", $"{{\"name\":{new string('[', 200)}", 400, "invalid_json", "name must be a text" },
        // Addresses
        { "GET", "api/nothing", null, 404, "route_not_found", "GET /api/nothing" },
        { "PATCH", "api/experiments", "{}", 405, "method_not_allowed", "GET" },
        { "GET", "api/experiments/x", null, 400, "invalid_parameter", "experiment is \"x\"; it must be an id" },
        { "GET", $"api/experiments/{Unknown}", null, 404, "experiment_not_found", Unknown },
        { "GET", "api/experiments?limit=0", null, 422, "limit_not_allowed", "limit is 0; it must be 1 to 200" },
        { "GET", "api/experiments?limit=-5", null, 422, "limit_not_allowed", "-5" },
        { "GET", "api/experiments?limit=201", null, 422, "limit_not_allowed", "201" },
        { "GET", "api/experiments?limit=many", null, 400, "invalid_parameter", "limit is \"many\"; it must be a whole number" },
        { "GET", "api/experiments?after=zzz", null, 422, "invalid_cursor", "zzz" },
        { "GET", "api/audit?after=-1", null, 422, "invalid_cursor", "-1" },
        { "GET", "api/jobs?state=sleeping", null, 422, "state_unknown", "queued, running, succeeded, failed, canceled" },
        { "GET", "api/jobs?state=1", null, 422, "state_unknown", "\"1\"" },
        { "GET", "api/runs?experiment=x", null, 400, "invalid_parameter", "experiment" },
        { "GET", "api/runs?search=metrics.loss%20%3C", null, 400, "search_not_understood", "at character 15: Expected a number; the search ends" },
        { "GET", "api/runs?search=metrics.loss%20%3C%20low", null, 400, "search_not_understood", "at character 16: Expected a number; there is low" },
        { "GET", "api/runs?search=loss%20%3C%201", null, 400, "search_not_understood", "at character 1: loss is no field; fields are name, state" },
        { "GET", "api/runs?search=(name%20=%20a", null, 400, "search_not_understood", "at character 10: Expected and, or, or the closing bracket" },
        { "GET", "api/runs?search=name%20=%20a)", null, 400, "search_not_understood", "none is open; there is )" },
        { "GET", "api/runs?search=name%20=%20%22a", null, 400, "search_not_understood", "never closed" },
        { "GET", "api/runs?search=state%20=%20sleeping", null, 400, "search_not_understood", "one of queued, running, succeeded, failed, canceled" },
        { "GET", "api/runs?search=name%20%3C%20a", null, 400, "search_not_understood", "name cannot be compared with <; it takes =, !=, ~ (contains) or !~" },
        { "GET", "api/runs?search=created%20%3E%20soon", null, 400, "search_not_understood", "a day or time, like 2026-01-31" },
        { "GET", "api/runs?search=tags.a%20=%20%00", null, 400, "search_not_understood", "U+0000" },
        { "GET", "api/search", null, 422, "text_invalid", "text is empty; it must be 1 to 200 characters" },
        { "GET", "api/search?text=a%00b", null, 422, "text_invalid", "U+0000" },
        { "GET", "api/search?text=a&limit=51", null, 422, "limit_not_allowed", "limit is 51; it must be 1 to 50" },
        { "GET", "api/events", null, 422, "topic_missing", "topic is given 0 times; it must be given once for each topic, 1 to 500 times: job:<id>" },
        { "GET", "api/events?topic=weather", null, 422, "topic_unknown", "topic is \"weather\"; it must be one of job:<id>, log:<job>" },
        { "GET", $"api/events?topic=job:{Unknown}", null, 404, "topic_not_found", $"There is no topic job:{Unknown} in this team." },
        { "GET", "api/runs?sort=loss", null, 400, "sort_unknown", "sort is \"loss\"; it must be name, state" },
        { "GET", "api/runs?order=up", null, 400, "order_unknown", "asc or desc" },
        { "GET", "api/runs?show=all", null, 400, "show_unknown", "active, archived or deleted" },
        { "GET", "api/runs?search=name%20=%20a&after=x", null, 422, "invalid_cursor", "x" },
        { "GET", "api/runs?search=name%20=%20a&limit=0", null, 422, "limit_not_allowed", "limit is 0" },
        { "GET", "api/runs/rows?limit=1001", null, 400, "validation_failed", "limit" },
        { "GET", "api/runs/rows?skip=-1", null, 400, "validation_failed", "skip" },
        { "GET", "api/runs/rows?column=loss", null, 400, "column_unknown", "column is \"loss\"" },
        { "GET", "api/runs/columns?search=or", null, 400, "search_not_understood", "or is no field" },
        { "POST", "api/runs/delete", "{\"run_ids\":[]}", 400, "validation_failed", "run_ids" },
        { "POST", "api/runs/delete", "{\"run_ids\":[\"x\"]}", 400, "invalid_json", "run_ids[0] must be an id" },
        { "POST", "api/runs/delete", $"{{\"run_ids\":[\"{{run}}\",\"{Unknown}\"]}}", 404, "run_not_found", Unknown },
        { "POST", "api/runs/delete", "{\"run_ids\":[\"{run}\",\"{running}\"]}", 409, "run_under_way", "running\" is running" },
        { "POST", "api/runs/restore", $"{{\"run_ids\":[\"{Unknown}\"]}}", 404, "run_not_found", Unknown },
        { "POST", "api/runs/archive", "{}", 400, "invalid_json", "run_ids must be given" },
        { "POST", "api/runs/move", $"{{\"run_ids\":[\"{{run}}\"],\"experiment_id\":\"{Unknown}\"}}", 404, "experiment_not_found", Unknown },
        { "POST", "api/runs/tag", "{\"run_ids\":[\"{run}\"]}", 422, "no_tags", "set and remove are empty" },
        { "POST", "api/runs/tag", "{\"run_ids\":[\"{run}\"],\"set\":{\"\":\"a\"}}", 422, "tags_not_allowed", "tags has 1 entries" },
        { "POST", "api/runs/tag", "{\"run_ids\":[\"{run}\"],\"remove\":[null]}", 422, "tags_not_allowed", "remove holds null" },
        { "POST", "api/experiments", "{\"name\":\"a\",\"folder\":\"/a\"}", 400, "validation_failed", "folder must be up to eight names" },
        { "POST", "api/experiments", "{\"name\":\"a\",\"folder\":\"a//b\"}", 400, "validation_failed", "folder" },
        { "POST", "api/experiments/move", "{\"experiment_ids\":[\"{experiment}\"],\"folder\":\"1/2/3/4/5/6/7/8/9\"}", 400, "validation_failed", "folder" },
        { "POST", "api/experiments/move", $"{{\"experiment_ids\":[\"{{experiment}}\",\"{Unknown}\"],\"folder\":\"a\"}}", 404, "experiment_not_found", Unknown },
        { "POST", "api/folders/rename", "{\"folder\":\"nowhere\",\"to\":\"somewhere\"}", 404, "folder_not_found", "\"nowhere\"" },
        { "POST", "api/folders/rename", "{\"folder\":\"a\",\"to\":\"a/b\"}", 422, "folder_in_itself", "in \"a\" itself" },
        { "POST", "api/folders/rename", "{\"folder\":\"{mark}\",\"to\":\"1/2/3/4/5/6/7/8\"}", 422, "folder_too_deep", "1/2/3/4/5/6/7/8/folder" },
        { "POST", "api/views", "{\"name\":\"a\",\"table\":null}", 400, "invalid_json", "table must not be null" },
        { "POST", "api/views", "{\"name\":\"\",\"table\":{}}", 400, "validation_failed", "name" },
        { "POST", "api/views", "{\"name\":\"a\",\"table\":{\"search\":\"metrics.loss\"}}", 400, "search_not_understood", "at character 13" },
        { "POST", "api/views", "{\"name\":\"a\",\"table\":{\"sort\":\"loss\"}}", 400, "sort_unknown", "loss" },
        { "POST", "api/views", "{\"name\":\"a\",\"table\":{\"columns\":[\"name\",null]}}", 400, "column_unknown", "table.columns" },
        { "POST", "api/views", "{\"name\":\"{mark} view\",\"table\":{}}", 409, "view_name_taken", "view" },
        { "POST", "api/views", $"{{\"name\":\"a\",\"table\":{{}},\"experiment_id\":\"{Unknown}\"}}", 404, "experiment_not_found", Unknown },
        { "PUT", $"api/views/{Unknown}", "{\"name\":\"a\",\"table\":{}}", 404, "view_not_found", Unknown },
        { "GET", $"api/datasets/{{dataset}}/versions/one", null, 400, "invalid_parameter", "number is \"one\"" },
        { "GET", $"api/datasets/{{dataset}}/versions/99", null, 404, "dataset_version_not_found", "99" },
        { "GET", $"api/datasets/{{dataset}}/versions/3/profile", null, 409, "dataset_not_ready", "still being read" },
        { "GET", $"api/datasets/{{dataset}}/versions/1/differences", null, 409, "no_version_before", "Version 1 is the first" },
        { "GET", $"api/datasets/{{dataset}}/versions/2/differences?from=2", null, 422, "same_version", "from is 2" },
        { "GET", $"api/datasets/{{dataset}}/versions/2/differences?from=9", null, 404, "dataset_version_not_found", "9" },
        { "GET", $"api/datasets/{{dataset}}/versions/2/differences?from=one", null, 400, "invalid_parameter", "from is \"one\"" },
        { "GET", $"api/datasets/{{dataset}}/versions/3/differences", null, 409, "dataset_not_ready", "version 3 is still being read" },
        { "GET", $"api/runs/{{run}}/metrics?points=0", null, 400, "validation_failed", "points" },
        { "GET", $"api/runs/{{run}}/metrics?points=NaN", null, 400, "invalid_parameter", "points" },
        { "GET", $"api/runs/{{run}}/log?after=last", null, 422, "invalid_cursor", "last" },
        { "GET", $"api/runs/{{run}}/artifacts/..%2f..%2fetc%2fpasswd", null, 404, "artifact_not_found", "passwd" },
        { "GET", $"api/models/{{model}}/versions/1/files/..%2f..%2fsecrets", null, 404, "model_file_not_found", "secrets" },
        { "GET", $"api/runs/{Unknown}/lineage", null, 404, "run_not_found", Unknown },
        { "GET", $"api/runs/{{run}}/metrics/keys?limit=0", null, 400, "validation_failed", "limit" },
        { "GET", $"api/runs/{{run}}/metrics/keys?search=%00", null, 400, "invalid_text", "U+0000" },
        { "GET", $"api/runs/{{run}}/log?search=%00", null, 400, "invalid_text", "U+0000" },
        { "GET", $"api/runs/{{run}}/log?tail=maybe", null, 400, "invalid_parameter", "tail is \"maybe\"; it must be true or false" },
        { "POST", "api/runs/compare", "{}", 400, "invalid_json", "runs must be given" },
        { "POST", "api/runs/compare", "{\"runs\":[]}", 400, "validation_failed", "runs" },
        { "POST", "api/runs/compare", $"{{\"runs\":[{string.Join(',', Enumerable.Repeat($"\"{Unknown}\"", 101))}]}}", 400, "validation_failed", "'100'" },
        { "POST", "api/runs/compare", "{\"runs\":[\"one\"]}", 400, "invalid_json", "runs[0] must be an id" },
        { "POST", "api/runs/compare", $"{{\"runs\":[\"{{run}}\",\"{Unknown}\"]}}", 404, "run_not_found", Unknown },
        { "POST", "api/runs/compare", $"{{\"runs\":[\"{Guid.Empty}\"]}}", 404, "run_not_found", $"{Guid.Empty}" },
        { "POST", "api/runs/metrics", "{\"runs\":[\"{run}\"]}", 400, "invalid_json", "keys must be given" },
        { "POST", "api/runs/metrics", "{\"runs\":[\"{run}\"],\"keys\":[]}", 400, "validation_failed", "keys" },
        { "POST", "api/runs/metrics", "{\"runs\":[\"{run}\"],\"keys\":[\"loss\"],\"points\":1}", 400, "validation_failed", "points must be between 2 and 10000" },
        { "POST", "api/runs/metrics", $"{{\"runs\":[\"{Unknown}\"],\"keys\":[\"loss\"]}}", 404, "run_not_found", Unknown },
        { "POST", $"api/jobs/{Unknown}/resume", null, 404, "job_not_found", Unknown },
        // Datasets, runs, models
        { "PUT", "api/datasets/{dataset}", "{\"name\":\"\"}", 400, "validation_failed", "name" },
        { "POST", "api/datasets/{dataset}/versions/1/reread", "{\"delimiter\":\"x\"}", 422, "delimiter_unknown", "\"x\"" },
        { "POST", "api/datasets/{dataset}/versions/1/reread", "{\"types\":{\"height\":\"number\"}}", 422, "column_unknown", "\"height\"" },
        { "POST", "api/datasets/{dataset}/versions/1/reread", "{\"types\":{\"age\":\"colour\"}}", 400, "invalid_json", "types.age must be one of number, integer" },
        { "POST", "api/datasets/{dataset}/versions/1/reread", "{\"missing\":[null]}", 422, "missing_not_allowed", "null" },
        { "POST", "api/datasets/samples/unicorns", null, 404, "sample_not_found", "unicorns" },
        { "PUT", "api/runs/{run}", "{\"name\":\"a\",\"tags\":{\"\":\"b\"}}", 422, "tags_not_allowed", "tags" },
        { "PUT", "api/runs/{run}", "{\"name\":\"a\",\"tags\":{\"b\":null}}", 422, "tags_not_allowed", "tags" },
        { "DELETE", "api/runs/{running}", null, 409, "run_under_way", "running" },
        { "DELETE", "api/experiments/{experiment}", null, 409, "runs_under_way", "1 runs" },
        { "POST", "api/models/UPPER/versions", "{\"run_id\":\"{run}\"}", 400, "validation_failed", "model" },
        { "POST", "api/models/fine/versions", "{\"run_id\":\"{running}\"}", 409, "run_without_package", "running" },
        { "POST", "api/models/fine/versions", $"{{\"run_id\":\"{Unknown}\"}}", 404, "run_not_found", Unknown },
        { "POST", "api/model-versions/compare", "{}", 400, "invalid_json", "versions must be given" },
        { "POST", "api/model-versions/compare", "{\"versions\":[]}", 400, "validation_failed", "versions" },
        { "POST", "api/model-versions/compare", "{\"versions\":[null]}", 422, "versions_not_allowed", "versions holds a null" },
        { "POST", "api/model-versions/compare", $"{{\"versions\":[{string.Join(',', Enumerable.Repeat("{\"model\":\"a\",\"version\":1}", 5))}]}}", 400, "validation_failed", "'4'" },
        { "POST", "api/model-versions/compare", "{\"versions\":[{\"model\":\"{model}\",\"version\":1},{\"model\":\"{model}\",\"version\":1}]}", 422, "version_twice", "version 1 of \"{model}\" twice" },
        { "POST", "api/model-versions/compare", "{\"versions\":[{\"model\":\"{model}\",\"version\":1},{\"model\":\"{model}\",\"version\":9}]}", 404, "model_version_not_found", "9" },
        { "GET", "api/models/{model}/versions/9/targets", null, 404, "model_version_not_found", "9" },
        { "PUT", "api/models/{model}/aliases/champion", "{\"version\":0}", 400, "validation_failed", "version" },
        { "PUT", "api/models/{model}/aliases/champion", "{\"version\":7}", 404, "model_version_not_found", "7" },
        { "PUT", "api/models/{model}/aliases/No%20Good", "{\"version\":1}", 400, "validation_failed", "alias" },
        { "DELETE", "api/models/{model}/versions/1", null, 409, "version_in_use", "{deployment}" },
        { "DELETE", "api/models/{model}", null, 409, "version_in_use", "{deployment}" },
    };

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(BadJobs.Requests), MemberType = typeof(BadJobs), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(BadServing.Requests), MemberType = typeof(BadServing), DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(BadAccess.Requests), MemberType = typeof(BadAccess), DisableDiscoveryEnumeration = true)]
    public async Task A_mistake_is_answered_with_a_sentence_and_leaves_nothing(
        string method, string address, string? body, int status, string code, string words)
    {
        var seed = await Seed.Make(Team);
        var before = await Team.Rows();
        using var request = new HttpRequestMessage(new(method), Filled(address, seed));
        if (body is not null)
            request.Content = new StringContent(Filled(body, seed), Encoding.UTF8, "application/json");

        using var answer = await Team.Http(Role.Admin).SendAsync(request, Token);

        var problem = await answer.Content.ReadFromJsonAsync<Problem>(MaaSJson.Options, Token);
        Assert.Equal((status, code), ((int)answer.StatusCode, problem!.Code));
        Assert.Equal(status, problem.Status);
        Assert.Contains(Filled(words, seed), problem.Detail, StringComparison.Ordinal);
        Assert.Matches("^[^{}]*[.)]$", problem.Detail!.ReplaceLineEndings(" ").Replace("{", "").Replace("}", ""));
        Assert.DoesNotContain("System.", problem.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await Team.Rows());
    }

    private static string Filled(string text, Seed seed) => text
        .Replace("{source}", $"{seed.ModelVersion}").Replace("{version}", $"{seed.DatasetVersion}").Replace("{test}", $"{seed.TestVersion}").Replace("{unread}", $"{seed.Unread}")
        .Replace("{dataset}", $"{seed.Dataset}").Replace("{experiment}", $"{seed.Experiment}").Replace("{run}", $"{seed.Run}")
        .Replace("{mark}", seed.Mark).Replace("{running}", $"{seed.Running}").Replace("{model}", seed.Model).Replace("{deployment}", seed.Deployment)
        .Replace("{webhook}", $"{seed.Webhook}").Replace("{delivery}", $"{seed.Delivery}")
        .Replace("{admin}", $"{seed.Team.Users[Role.Admin]}");
}
