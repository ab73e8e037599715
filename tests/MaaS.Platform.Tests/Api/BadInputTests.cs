// What users get wrong: each is answered with a sentence that helps, none is our fault (500), and nothing half-written remains.
using System.Net.Http.Json;
using System.Text;
using MaaS.Contracts;
using MaaS.Contracts.Teams;
using Xunit;

namespace MaaS.Platform.Tests.Api;

public sealed class BadInputTests(ApiServer api) : ApiTest(api)
{
    private const string Unknown = "0198f3c2-7d4e-7c1a-9b52-3f6a1c0d8e21";

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
        { "GET", $"api/datasets/{{dataset}}/versions/one", null, 400, "invalid_parameter", "number is \"one\"" },
        { "GET", $"api/datasets/{{dataset}}/versions/99", null, 404, "dataset_version_not_found", "99" },
        { "GET", $"api/datasets/{{dataset}}/versions/3/profile", null, 409, "dataset_not_ready", "still being read" },
        { "GET", $"api/runs/{{run}}/metrics?points=0", null, 400, "validation_failed", "points" },
        { "GET", $"api/runs/{{run}}/metrics?points=NaN", null, 400, "invalid_parameter", "points" },
        { "GET", $"api/runs/{{run}}/log?after=last", null, 422, "invalid_cursor", "last" },
        { "GET", $"api/runs/{{run}}/artifacts/..%2f..%2fetc%2fpasswd", null, 404, "artifact_not_found", "passwd" },
        { "GET", $"api/models/{{model}}/versions/1/files/..%2f..%2fsecrets", null, 404, "model_file_not_found", "secrets" },
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
        { "PUT", "api/models/{model}/aliases/champion", "{\"version\":0}", 400, "validation_failed", "version" },
        { "PUT", "api/models/{model}/aliases/champion", "{\"version\":7}", 404, "model_version_not_found", "7" },
        { "PUT", "api/models/{model}/aliases/No%20Good", "{\"version\":1}", 400, "validation_failed", "alias" },
        { "DELETE", "api/models/{model}/versions/1", null, 409, "version_in_use", "{deployment}" },
        { "DELETE", "api/models/{model}", null, 409, "version_in_use", "{deployment}" },
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
        // People and keys
        { "POST", "api/keys", "{\"name\":\"a\",\"role\":\"owner\"}", 400, "invalid_json", "role must be one of viewer, member, admin" },
        { "POST", "api/keys", "{\"name\":\"a\",\"role\":1}", 400, "invalid_json", "role must be one of" },
        { "POST", "api/keys", "{\"name\":\"a\",\"expires_at\":\"yesterday\"}", 400, "invalid_json", "expires_at must be a time" },
        { "POST", "api/keys", "{\"name\":\"a\",\"expires_at\":\"2001-01-01T00:00:00Z\"}", 422, "expiry_in_the_past", "future" },
        { "POST", "api/keys", "{\"name\":\"a\",\"limits\":{\"requests_per_second\":0}}", 400, "validation_failed", "limits.requests_per_second" },
        { "PUT", $"api/keys/{Unknown}/limits", "{}", 404, "api_key_not_found", Unknown },
        { "PUT", "api/team/limits", "{\"concurrent\":0}", 400, "validation_failed", "concurrent" },
        { "GET", "api/team/usage?days=0", null, 400, "validation_failed", "days" },
        { "DELETE", $"api/keys/{Unknown}", null, 404, "api_key_not_found", Unknown },
        { "POST", "api/team/members", "{\"email\":\"nobody\"}", 400, "validation_failed", "email" },
        { "PUT", $"api/team/members/{Unknown}", "{\"role\":\"viewer\"}", 404, "member_not_found", Unknown },
        { "DELETE", "api/team/members/{admin}", null, 409, "last_admin", "last admin" },
        { "PUT", "api/team/members/{admin}", "{\"role\":\"member\"}", 409, "last_admin", "somebody else" },
        { "POST", "api/session", "{\"email\":\"a@example.com\",\"password\":\"wrong\"}", 401, "sign_in_failed", "do not belong together" },
        { "POST", "api/session/invitation", "{\"token\":\"mi_no\",\"password\":\"short\"}", 400, "validation_failed", "password" },
        { "POST", "api/session/invitation", "{\"token\":\"mi_no\",\"password\":\"long enough\"}", 422, "invitation_not_valid", "unknown" },
        { "POST", "api/session", "{\"email\":\"a@example.com\",\"password\":\"wrong\",\"code\":123456}", 400, "invalid_json", "code must be a text" },
        { "POST", "api/session/forgotten", "{\"email\":\"nobody\"}", 400, "validation_failed", "email" },
        { "POST", "api/session/forgotten", "{\"email\":\"a@example.com\"}", 409, "mail_not_configured", "sends no e-mail" },
        { "POST", "api/session/reset", "{\"token\":\"mr_no\",\"password\":\"short\"}", 400, "validation_failed", "password" },
        { "POST", "api/session/reset", "{\"token\":\"mr_no\",\"password\":\"long enough\"}", 422, "reset_not_valid", "unknown" },
        { "DELETE", $"api/account/sessions/{Unknown}", null, 404, "session_not_found", Unknown },
        { "DELETE", "api/account/sessions/this", null, 400, "invalid_parameter", "session is \"this\"; it must be an id" },
        { "PUT", "api/account/password", "{\"password\":\"a\",\"new_password\":\"short\"}", 400, "validation_failed", "new_password" },
        { "POST", "api/account/authenticator", "{\"password\":\"\"}", 400, "validation_failed", "password" },
        { "POST", "api/account/authenticator/confirmation", "{\"code\":\"123456\"}", 409, "authenticator_not_begun", "begin setting one up" },
        { "POST", "api/account/authenticator/recovery-codes", "{\"code\":\"123456\"}", 409, "authenticator_off", "No authenticator" },
        { "POST", "api/account/authenticator/removal", "{\"code\":\"123456\"}", 409, "authenticator_off", "No authenticator" },
        { "POST", $"api/team/members/{Unknown}/password-reset", null, 404, "member_not_found", Unknown },
        { "DELETE", $"api/team/members/{Unknown}/authenticator", null, 404, "member_not_found", Unknown },
        // The audit log, notifications and webhooks
        { "GET", "api/audit?since=yesterday", null, 400, "invalid_parameter", "since is \"yesterday\"" },
        { "GET", "api/audit/file?until=tomorrow", null, 400, "invalid_parameter", "until is \"tomorrow\"" },
        { "GET", "api/notifications?after=zzz", null, 422, "invalid_cursor", "zzz" },
        { "PUT", $"api/notifications/{Unknown}/read", null, 404, "notification_not_found", Unknown },
        { "PUT", "api/notifications/choice", "{\"page\":[\"everything\"]}", 400, "invalid_json", "run_succeeded, run_failed, deployment_rolled_back, drift_found" },
        { "PUT", "api/notifications/choice", "{\"mail\":[\"run_failed\"]}", 409, "mail_not_configured", "sends no e-mail" },
        { "POST", "api/webhooks", Webhook("https://example.com/", "[]"), 400, "validation_failed", "at least one event" },
        { "POST", "api/webhooks", Webhook("https://example.com/", "[\"everything\"]"), 400, "invalid_json", "run_succeeded" },
        { "POST", "api/webhooks", Webhook("example.com"), 422, "url_not_allowed", "begins with https://" },
        { "POST", "api/webhooks", Webhook("http://example.com/"), 422, "url_not_allowed", "begins with https://" },
        { "POST", "api/webhooks", Webhook("file:///etc/passwd"), 422, "url_not_allowed", "begins with https://" },
        { "POST", "api/webhooks", Webhook("https://a:b@example.com/"), 422, "url_not_allowed", "user name or password" },
        { "PUT", "api/webhooks/{webhook}", Webhook("http://example.com/"), 422, "url_not_allowed", "begins with https://" },
        { "PUT", $"api/webhooks/{Unknown}", Webhook("https://example.com/"), 404, "webhook_not_found", Unknown },
        { "POST", $"api/webhooks/{{webhook}}/deliveries/{Unknown}/retry", null, 404, "delivery_not_found", Unknown },
        { "POST", "api/webhooks/{webhook}/deliveries/{delivery}/retry", null, 409, "webhook_off", "turned off" },
        { "PUT", "api/session/team", $"{{\"team_id\":\"{Unknown}\"}}", 404, "team_not_found", Unknown },
    };

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
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

    private static string Webhook(string url, string events = "[\"run_failed\"]") => $"{{\"name\":\"a\",\"url\":\"{url}\",\"events\":{events}}}";

    private static string Sweep(string space, string more = "") =>
        $$$"""{"kind":"sweep","dataset_version_id":"{version}","training":{"task":"tabular","target":"left"},"space":{{{{space}}}}{{{more}}}}""";

    private static string Steps(string steps) => Compress($"{{\"type\":\"recipe\",\"steps\":[{steps}]}}");

    private static string Compress(string plan, string more = "") => $"{{\"kind\":\"compress\",\"version_id\":\"{{source}}\",\"plan\":{plan}{more}}}";

    private static string Revision(string more) => $$"""{"traffic":[{"model":"{model}","version":1}],{{more}}}""";

    private static string Train(string settings, string version = "{version}", string more = "", string task = "tabular") =>
        $"{{\"kind\":\"train\",\"dataset_version_id\":\"{version}\",\"training\":{{\"task\":\"{task}\",{settings}}}{more}}}";

    private static string Filled(string text, Seed seed) => text
        .Replace("{source}", $"{seed.ModelVersion}").Replace("{version}", $"{seed.DatasetVersion}").Replace("{test}", $"{seed.TestVersion}").Replace("{unread}", $"{seed.Unread}")
        .Replace("{dataset}", $"{seed.Dataset}").Replace("{experiment}", $"{seed.Experiment}").Replace("{run}", $"{seed.Run}")
        .Replace("{running}", $"{seed.Running}").Replace("{model}", seed.Model).Replace("{deployment}", seed.Deployment)
        .Replace("{webhook}", $"{seed.Webhook}").Replace("{delivery}", $"{seed.Delivery}")
        .Replace("{admin}", $"{seed.Team.Users[Role.Admin]}");
}
