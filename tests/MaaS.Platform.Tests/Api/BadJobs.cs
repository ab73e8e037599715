// What users get wrong when they submit jobs: trainings on what cannot work, searches over what cannot be searched, compressions that cannot be made.
using Xunit;

namespace MaaS.Platform.Tests.Api;

internal static class BadJobs
{
    private const string Unknown = BadInputTests.Unknown;

    /// <inheritdoc cref="BadInputTests.Requests"/>
    public static TheoryData<string, string, string?, int, string, string> Requests() => new()
    {
        // Training on what cannot work
        { "POST", "api/jobs", "{\"training\":{\"task\":\"tabular\",\"target\":\"left\"}}", 400, "invalid_json", "\"kind\" is one of profile, import, export, train, sweep, compress" },
        { "POST", "api/jobs", "{\"kind\":\"teleport\"}", 400, "invalid_json", "teleport" },
        { "POST", "api/jobs", "{\"kind\":\"train\"}", 400, "invalid_json", "dataset_version_id, training must be given" },
        { "POST", "api/jobs", "{\"kind\":\"profile\",\"dataset_version_id\":\"{version}\",\"reading\":{}}", 422, "kind_not_submitted", "train" },
        { "POST", "api/jobs", Train("\"target\":\"left\"", "12"), 400, "invalid_json", "dataset_version_id must be an id" },
        { "POST", "api/jobs", Train("\"target\":\"left\"", Unknown), 404, "dataset_version_not_found", Unknown },
        { "POST", "api/jobs", Train("\"target\":\"left\"", "{unread}"), 409, "dataset_not_ready", "still being read" },
        { "POST", "api/jobs", Train("\"target\":\"weight\""), 422, "column_unknown", "its columns are age, city" },
        // Searches over what cannot be searched
        { "POST", "api/jobs", Sweep(""), 422, "space_not_allowed", "space has 0 settings; 1 to 20" },
        { "POST", "api/jobs", Sweep("\"epochs\":null"), 422, "space_not_allowed", "space.epochs is null" },
        { "POST", "api/jobs", Sweep("\"epochs\":{\"type\":\"normal\"}"), 400, "invalid_json", "space.epochs" },
        { "POST", "api/jobs", Sweep("\"epochs\":{\"type\":\"integer\",\"min\":9,\"max\":3}"), 422, "space_not_allowed", "space.epochs goes from 9 to 3" },
        { "POST", "api/jobs", Sweep("\"epochs\":{\"type\":\"integer\",\"min\":0,\"max\":3}"), 422, "space_not_allowed", "space.epochs cannot be 0: " },
        { "POST", "api/jobs", Sweep("\"epochs\":{\"type\":\"choice\",\"values\":[]}"), 422, "space_not_allowed", "space.epochs has 0 values" },
        { "POST", "api/jobs", Sweep("\"epochs\":{\"type\":\"choice\",\"values\":[\"many\"]}"), 422, "space_not_allowed", "space.epochs cannot be many" },
        { "POST", "api/jobs", Sweep("\"eopchs\":{\"type\":\"integer\",\"min\":1,\"max\":3}"), 422, "space_not_allowed", "space.eopchs" },
        { "POST", "api/jobs", Sweep("\"clip_norm\":{\"type\":\"uniform\",\"min\":\"NaN\",\"max\":1}"), 422, "space_not_allowed", "min must be less than max" },
        { "POST", "api/jobs", Sweep("\"clip_norm\":{\"type\":\"log_uniform\",\"min\":0,\"max\":1}"), 422, "space_not_allowed", "greater than 0" },
        { "POST", "api/jobs", Sweep("\"optimizer.learning_rate\":{\"type\":\"log_uniform\",\"min\":0.001,\"max\":1}"), 422, "space_not_allowed", "give training.optimizer first" },
        { "POST", "api/jobs", Sweep("\"target\":{\"type\":\"choice\",\"values\":[\"nobody\"]}"), 422, "column_unknown", "nobody" },
        { "POST", "api/jobs", Sweep("\"split.test\":{\"type\":\"uniform\",\"min\":0.1,\"max\":0.2}"), 422, "space_not_allowed", "cannot be compared" },
        { "POST", "api/jobs", Sweep("\"epochs\":{\"type\":\"integer\",\"min\":1,\"max\":3}", ",\"metric\":\"test_accuracy\""), 422, "metric_not_searchable", "begin with val_" },
        { "POST", "api/jobs", Sweep("\"epochs\":{\"type\":\"integer\",\"min\":1,\"max\":3}", ",\"runs\":0"), 400, "validation_failed", "runs must be between 1 and 500" },
        { "POST", "api/jobs", Sweep("\"clip_norm\":{\"type\":\"uniform\",\"min\":0.1,\"max\":1}", ",\"method\":\"grid\""), 422, "space_not_allowed", "continuum" },
        // Compressions that cannot work
        { "POST", "api/jobs", "{\"kind\":\"compress\",\"plan\":{\"type\":\"search\"}}", 400, "invalid_json", "version_id must be given" },
        { "POST", "api/jobs", Compress("null"), 400, "invalid_json", "plan must not be null" },
        { "POST", "api/jobs", Compress("{}"), 400, "invalid_json", "recipe, preset, search" },
        { "POST", "api/jobs", Compress("{\"type\":\"magic\"}"), 400, "invalid_json", "magic" },
        { "POST", "api/jobs", Compress("{\"type\":\"preset\",\"preset\":\"fancy\"}"), 400, "invalid_json", "plan.preset must be one of smaller, faster, tiny" },
        { "POST", "api/jobs", Compress("{\"type\":\"recipe\",\"steps\":null}"), 400, "invalid_json", "plan.steps must not be null" },
        { "POST", "api/jobs", Steps("null"), 422, "plan_not_allowed", "plan.steps[0] is null" },
        { "POST", "api/jobs", Steps(""), 422, "plan_not_allowed", "plan.steps holds 0 steps" },
        { "POST", "api/jobs", Steps("{\"type\":\"fold\"}"), 400, "invalid_json", "fold" },
        { "POST", "api/jobs", Steps("{\"type\":\"prune\",\"sparsity\":1.2}"), 400, "validation_failed", "plan.steps[0].sparsity must be between 0.01 and 0.99" },
        { "POST", "api/jobs", Steps("{\"type\":\"fine_tune\"},{\"type\":\"prune\",\"epochs\":-1}"), 400, "validation_failed", "plan.steps[1].epochs must be between 0 and 1000" },
        { "POST", "api/jobs", Steps("{\"type\":\"static_int8\",\"calibration\":\"guess\"}"), 400, "invalid_json", "min_max, percentile, entropy" },
        { "POST", "api/jobs", Steps("{\"type\":\"static_int8\",\"rows\":0}"), 400, "validation_failed", "plan.steps[0].rows must be between 8 and 10000" },
        { "POST", "api/jobs", Steps("{\"type\":\"static_int8\",\"percentile\":\"NaN\"}"), 400, "validation_failed", "plan.steps[0].percentile" },
        { "POST", "api/jobs", Steps("{\"type\":\"distill\",\"temperature\":0}"), 400, "validation_failed", "plan.steps[0].temperature must be between 0.5 and 20" },
        { "POST", "api/jobs", Steps("{\"type\":\"distill\",\"student\":{\"task\":\"tabular\",\"target\":\"left\",\"epochs\":0}}"), 400, "validation_failed", "plan.steps[0].student.epochs" },
        { "POST", "api/jobs", Steps("{\"type\":\"weight_only\",\"bits\":5}"), 422, "plan_not_allowed", "plan.steps[0].bits is 5; 2, 4 and 8 are allowed" },
        { "POST", "api/jobs", Steps("{\"type\":\"prune\"}"), 422, "source_without_weights", "weights.safetensors" },
        { "POST", "api/jobs", Compress("{\"type\":\"search\",\"minutes\":0}"), 400, "validation_failed", "plan.minutes must be between 0.5 and 1440" },
        { "POST", "api/jobs", Compress("{\"type\":\"search\",\"max_loss\":-1}"), 400, "validation_failed", "plan.max_loss" },
        { "POST", "api/jobs", Compress("{\"type\":\"search\",\"max_bytes\":0}"), 400, "validation_failed", "plan.max_bytes" },
        { "POST", "api/jobs", Compress("{\"type\":\"search\"}", ",\"register_as\":\"My Model\""), 400, "validation_failed", "register_as" },
        { "POST", "api/jobs", $"{{\"kind\":\"compress\",\"version_id\":\"{Unknown}\",\"plan\":{{\"type\":\"search\"}}}}", 404, "model_version_not_found", Unknown },
        { "GET", "api/runs/{running}/compression", null, 404, "compression_report_not_found", "compression report of run" },
        { "GET", "api/runs/{running}/compression/report", null, 404, "compression_report_not_found", "compression report of run" },
        { "POST", "api/jobs", Train("\"target\":\"\""), 400, "validation_failed", "training.target" },
        { "POST", "api/jobs", Train("\"target\":\"remarks\""), 422, "target_not_trainable", "free text" },
        { "POST", "api/jobs", Train("\"target\":\"joined\""), 422, "target_not_trainable", "dates" },
        { "POST", "api/jobs", Train("\"target\":\"nothing\""), 422, "target_not_trainable", "0 distinct values" },
        { "POST", "api/jobs", Train("\"target\":\"ticket\""), 422, "goal_does_not_fit", "at most 1000 classes" },
        { "POST", "api/jobs", Train("\"target\":\"city\",\"goal\":\"regression\""), 422, "goal_does_not_fit", "type category" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"goal\":\"clustering\""), 400, "invalid_json", "training.goal must be one of auto, classification, regression" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"features\":[\"age\",\"height\"]"), 422, "column_unknown", "\"height\"" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"features\":[\"age\",\"age\"]"), 422, "feature_twice", "\"age\" twice" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"features\":[\"left\"]"), 422, "target_is_feature", "must not see the answer" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"features\":[\"remarks\"]"), 422, "feature_not_trainable", "free text" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"features\":[]"), 422, "no_features", "empty" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"features\":[null]"), 422, "column_unknown", "training.features" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"features\":\"age\""), 400, "invalid_json", "training.features must be a list" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"epochs\":0"), 400, "validation_failed", "training.epochs must be between 1 and" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"epochs\":-3"), 400, "validation_failed", "training.epochs" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"epochs\":1.5"), 400, "invalid_json", "training.epochs must be a whole number" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"epochs\":\"ten\""), 400, "invalid_json", "training.epochs must be a whole number" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"epochs\":99999999999"), 400, "invalid_json", "training.epochs" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"optimizer\":{\"method\":\"adam\",\"learning_rate\":\"NaN\"}"), 400, "validation_failed", "training.optimizer.learning_rate" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"optimizer\":{\"method\":\"adam\",\"beta1\":1}"), 400, "validation_failed", "training.optimizer.beta1 must be between" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"optimizer\":{\"method\":\"magic\"}"), 400, "invalid_json", "magic" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"optimizer\":{}"), 400, "invalid_json", "gradient_descent, sgd, momentum, adam, adamw" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"network\":{\"type\":\"mlp\",\"hidden\":[]}"), 422, "hidden_not_allowed", "0 layers" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"network\":{\"type\":\"mlp\",\"hidden\":[64,0]}"), 422, "hidden_not_allowed", "a layer of 0 neurons" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"network\":{\"type\":\"mlp\",\"hidden\":[5000]}"), 422, "hidden_not_allowed", "1 to 4096" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"network\":{\"type\":\"mlp\",\"dropout\":2}"), 400, "validation_failed", "training.network.dropout" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"split\":{\"validation\":0.5,\"test\":0.5}"), 422, "split_not_allowed", "at most 80" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"split\":{\"validation\":0}"), 400, "validation_failed", "training.split.validation" },
        { "POST", "api/jobs", Train($"\"target\":\"left\",\"split\":{{\"test_dataset_version_id\":\"{Unknown}\"}}"), 404, "dataset_version_not_found", "test_dataset_version_id" },
        { "POST", "api/jobs", Train("\"target\":\"left\",\"split\":{\"test_dataset_version_id\":\"{test}\"}"), 422, "test_columns_differ", "\"city\"" },
        { "POST", "api/jobs", Train("\"text\":\"remarks\",\"target\":\"left\",\"network\":{\"type\":\"bag\",\"character_n_grams\":2}", task: "text"), 422, "network_not_allowed", "0 (none) and 3 to 6" },
        { "POST", "api/jobs", Train("\"text\":\"remarks\",\"target\":\"left\",\"network\":{\"type\":\"transformer\",\"width\":30}", task: "text"), 422, "heads_do_not_fit", "30, which 4 heads" },
        { "POST", "api/jobs", Train("\"text\":\"remarks\",\"target\":\"left\",\"network\":{\"type\":\"transformer\",\"width\":20,\"positions\":\"rotary\"}", task: "text"), 422, "heads_do_not_fit", "a head is 5 wide" },
        { "POST", "api/jobs", Train("\"text\":\"remarks\",\"target\":\"left\",\"network\":{\"type\":\"transformer\",\"max_words\":3}", task: "text"), 400, "validation_failed", "training.network.max_words must be between 4 and 512" },
        { "POST", "api/jobs", Train("\"steps\":100", task: "language"), 422, "no_text", "plain_text" },
        { "POST", "api/jobs", Train("\"steps\":0", task: "language"), 400, "validation_failed", "training.steps" },
        { "POST", "api/jobs", Train("\"size\":32", task: "image"), 422, "no_images", "ZIP of class folders" },
        { "POST", "api/jobs", Train("\"user\":\"age\",\"item\":\"film\"", task: "recommendation"), 422, "column_unknown", "training.item is \"film\"" },
        { "POST", "api/jobs", Train("\"user\":\"age\",\"item\":\"age\"", task: "recommendation"), 422, "column_twice", "training.user and training.item" },
        { "POST", "api/jobs", Train("\"target\":\"left\"", more: ",\"priority\":11"), 400, "validation_failed", "priority must be between -10 and 10" },
        { "POST", "api/jobs", Train("\"target\":\"left\"", more: ",\"register_as\":\"My Model\""), 400, "validation_failed", "register_as" },
        { "POST", "api/jobs", Train("\"target\":\"left\"", more: $",\"experiment_id\":\"{Unknown}\""), 404, "experiment_not_found", Unknown },
    };

    private static string Train(string settings, string version = "{version}", string more = "", string task = "tabular") =>
        $"{{\"kind\":\"train\",\"dataset_version_id\":\"{version}\",\"training\":{{\"task\":\"{task}\",{settings}}}{more}}}";

    private static string Sweep(string space, string more = "") =>
        $$$"""{"kind":"sweep","dataset_version_id":"{version}","training":{"task":"tabular","target":"left"},"space":{{{{space}}}}{{{more}}}}""";

    private static string Compress(string plan, string more = "") => $"{{\"kind\":\"compress\",\"version_id\":\"{{source}}\",\"plan\":{plan}{more}}}";

    private static string Steps(string steps) => Compress($"{{\"type\":\"recipe\",\"steps\":[{steps}]}}");
}
