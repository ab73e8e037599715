// What users get wrong when they deploy, move traffic, predict, sample and post the truth.
using Xunit;

namespace MaaS.Platform.Tests.Api;

internal static class BadServing
{
    /// <inheritdoc cref="BadInputTests.Requests"/>
    public static TheoryData<string, string, string?, int, string, string> Requests() => new()
    {
        // Deployments and predictions
        { "POST", "api/deployments", "{\"name\":\"a\",\"traffic\":[]}", 400, "validation_failed", "traffic" },
        { "POST", "api/deployments", "{\"name\":\"a\",\"traffic\":[null]}", 422, "traffic_not_allowed", "null" },
        { "POST", "api/deployments", "{\"name\":\"../a\",\"traffic\":[{\"model\":\"{model}\",\"version\":1}]}", 400, "validation_failed", "name must be 1 to 63 characters" },
        { "POST", "api/deployments", "{\"name\":\"a\",\"traffic\":[{\"model\":\"{model}\",\"version\":1,\"weight\":60}]}", 422, "weights_not_100", "add up to 60" },
        { "POST", "api/deployments", "{\"name\":\"a\",\"traffic\":[{\"model\":\"{model}\",\"version\":1,\"weight\":50},{\"model\":\"{model}\",\"version\":1,\"weight\":50}]}", 422, "version_twice", "twice" },
        { "POST", "api/deployments", "{\"name\":\"a\",\"traffic\":[{\"model\":\"{model}\",\"version\":1,\"weight\":-100}]}", 400, "validation_failed", "traffic[0].weight" },
        { "POST", "api/deployments", "{\"name\":\"a\",\"traffic\":[{\"model\":\"{model}\",\"version\":2}]}", 404, "model_version_not_found", "2" },
        { "POST", "api/deployments", "{\"name\":\"{deployment}\",\"traffic\":[{\"model\":\"{model}\",\"version\":1}]}", 409, "deployment_name_taken", "{deployment}" },
        { "POST", "api/deployments", "{\"name\":\"a\",\"traffic\":[{\"model\":\"{model}\",\"version\":1}],\"guard\":{\"max_error_percent\":5}}", 400, "invalid_json", "guard is not a field here" },
        { "POST", "api/deployments", "{\"name\":\"a\",\"traffic\":[{\"model\":\"{model}\",\"version\":1}],\"shadow\":{\"model\":\"{model}\",\"version\":1}}", 422, "shadow_in_traffic", "which takes traffic itself" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"shadow\":{\"model\":\"{model}\",\"version\":1}"), 422, "shadow_in_traffic", "shadow.version is 1" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"shadow\":{\"model\":\"{model}\",\"version\":7}"), 404, "model_version_not_found", "7" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"shadow\":{\"model\":\"{model}\",\"version\":7,\"percent\":0}"), 400, "validation_failed", "shadow.percent must be between 1 and 100" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"shadow\":{\"model\":\"{model}\"}"), 400, "invalid_json", "version must be given" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"guard\":{}"), 422, "guard_without_limit", "guard sets no limit" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"guard\":{\"max_error_percent\":101}"), 400, "validation_failed", "guard.max_error_percent must be between 0 and 100" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"guard\":{\"max_p99_ms\":0}"), 400, "validation_failed", "guard.max_p99_ms" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"guard\":{\"max_p99_ms\":10,\"minutes\":0}"), 400, "validation_failed", "guard.minutes must be between 1 and" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"guard\":{\"max_disagreement_percent\":5}"), 422, "guard_not_comparable", "compares a version that gets more traffic" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"provider\":\"tpu\""), 400, "invalid_json", "provider must be one of auto, cpu, cuda" },
        { "POST", "api/deployments/{deployment}/revisions", Revision("\"answers_kept_days\":91"), 400, "validation_failed", "answers_kept_days must be between 0 and 90" },
        { "GET", "api/deployments/{deployment}/serving?at=yesterday", null, 400, "invalid_parameter", "at is \"yesterday\"" },
        { "GET", "api/deployments/none/serving", null, 404, "deployment_not_found", "none" },
        { "GET", "api/serving?at=32", null, 400, "invalid_parameter", "at is \"32\"" },
        // Samples and truth
        { "POST", "api/deployments/{deployment}/sampling", "{\"requests\":1001}", 400, "validation_failed", "requests must be between 1 and 1000" },
        { "POST", "api/deployments/{deployment}/sampling", "{\"minutes\":0}", 400, "validation_failed", "minutes must be between 1 and 1440" },
        { "POST", "api/deployments/{deployment}/sampling", "{\"redact\":[\"ctiy\"]}", 422, "column_unknown", "redact names \"ctiy\"" },
        { "POST", "api/deployments/{deployment}/sampling", "{\"redact\":[null]}", 422, "column_unknown", "redact holds a null" },
        { "GET", "api/deployments/{deployment}/samples?after=zzz", null, 422, "invalid_cursor", "zzz" },
        { "POST", "api/deployments/{deployment}/ground-truth", "{\"rows\":[]}", 400, "validation_failed", "rows" },
        { "POST", "api/deployments/{deployment}/ground-truth", "{\"rows\":[null]}", 422, "ground_truth_refused", "null" },
        { "POST", "api/deployments/{deployment}/ground-truth", "{\"rows\":[{\"request_id\":\"a\"}]}", 400, "invalid_json", "value must be given" },
        { "POST", "api/deployments/{deployment}/ground-truth", "{\"rows\":[{\"request_id\":\"\",\"value\":1}]}", 400, "validation_failed", "request_id" },
        { "POST", "api/deployments/{deployment}/ground-truth", "{\"rows\":[{\"request_id\":\"a\",\"value\":1}]}", 409, "answers_not_kept", "keeps no answers" },
        { "GET", "api/deployments/{deployment}/quality?hours=0", null, 400, "validation_failed", "hours" },
        { "POST", "api/deployments/{deployment}/rollback", "{}", 409, "nothing_to_roll_back", "one revision" },
        { "POST", "api/deployments/{deployment}/rollback", "{\"revision\":1}", 409, "revision_is_current", "1" },
        { "POST", "api/deployments/{deployment}/rollback", "{\"revision\":9}", 404, "revision_not_found", "9" },
        { "POST", "api/deployments/none/predict", "{\"rows\":[{}]}", 404, "deployment_not_found", "none" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[]}", 400, "validation_failed", "rows" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[null]}", 422, "invalid_input", "null" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[{}],\"top_k\":0}", 400, "validation_failed", "top_k" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[{}],\"threshold\":1.5}", 400, "validation_failed", "threshold" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[{}],\"labels\":[\"maybe\"]}", 422, "invalid_input", "labels names \"maybe\"" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[{}],\"labels\":[]}", 400, "validation_failed", "labels" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[[1,2]]}", 400, "invalid_json", "rows[0] must be an object" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[{\"age\":NaN}]}", 400, "invalid_json", "line 1" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[{\"age\":\"old\"}]}", 422, "invalid_input", "rows[0].age" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[{\"agee\":3}]}", 422, "invalid_input", "age" },
        { "POST", "api/deployments/{deployment}/predict", "{\"rows\":[{\"age\":1,\"age\":2}]}", 400, "invalid_json", "age is given twice" },
    };

    private static string Revision(string more) => $$"""{"traffic":[{"model":"{model}","version":1}],{{more}}}""";
}
