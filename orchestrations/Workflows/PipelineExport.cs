using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Pipelines;

namespace DurableMl.Orchestrations.Workflows;

/// <summary>Writes a pipeline as a workflow that does the same by the parts of it: the starting point for one's own.</summary>
public static class PipelineExport
{
    /// <summary>Writes it.</summary>
    /// <param name="pipeline">The pipeline, read.</param>
    /// <param name="text">The pipeline as it was written.</param>
    public static JsonObject ToWorkflow(PipelineDefinition pipeline, JsonObject text)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(text);
        var states = new JsonObject
        {
            ["Prepare"] = Task("dataset:prepare.sync", text["dataset"]!.DeepClone(), "$.dataset", "Train"),
            ["Train"] = Task("sweep:run.sync", new JsonObject { ["dataset.$"] = "$.dataset", ["sweep"] = text["sweep"]!.DeepClone() }, "$.sweep", "Evaluate"),
        };
        var evaluate = Task("model:evaluate", new JsonObject { ["trained.$"] = "$.sweep.best" }, "$.evaluation", "Publish");
        evaluate["ResultSelector"] = new JsonObject { ["metrics.$"] = "$.metrics", ["examples.$"] = "$.examples" };
        states["Evaluate"] = evaluate;
        JsonObject before = evaluate;
        EvaluationRule[] bounds = [.. pipeline.Evaluate.Rules.Where(rule => rule.Slice is null && (rule.Minimum ?? rule.Maximum) is not null)];
        if (bounds.Length > 0)
        {
            evaluate["Next"] = "Good";
            before = Good(bounds, text["dataset"]!["task"]);
            states["Good"] = before;
        }

        if (pipeline.Approve is { } approve)
        {
            Lead(before, "Approve");
            var ask = Task("approval", new JsonObject { ["question"] = $"May {pipeline.Publish.Model} be published?", ["evaluation.$"] = "$.evaluation" }, "$.approval", "Approved");
            ask["TimeoutSeconds"] = (long)approve.Deadline.TotalSeconds;
            ask["Catch"] = new JsonArray(new JsonObject
            {
                ["ErrorEquals"] = new JsonArray("States.Timeout"), ["ResultPath"] = "$.approval", ["Next"] = approve.Default ? "Publish" : "Rejected",
            });
            states["Approve"] = ask;
            states["Approved"] = Choice(new JsonObject { ["Variable"] = "$.approval.approved", ["BooleanEquals"] = true, ["Next"] = "Publish" });
        }

        var publication = new JsonObject { ["trained.$"] = "$.sweep.best", ["model"] = pipeline.Publish.Model };
        foreach (var member in (string[])["alias", "serving"])
        {
            if (text["publish"]![member] is { } given)
            {
                publication[member] = given.DeepClone();
            }
        }

        states["Publish"] = Task("model:publish", publication, "$.model", "Published");
        states["Published"] = new JsonObject
        {
            ["Type"] = "Pass",
            ["Parameters"] = new JsonObject { ["state"] = "published", ["dataset.$"] = "$.dataset", ["best.$"] = "$.sweep.best", ["evaluation.$"] = "$.evaluation", ["model.$"] = "$.model" },
            ["End"] = true,
        };
        if (states.ContainsKey("Good") || states.ContainsKey("Approve"))
        {
            states["Rejected"] = new JsonObject
            {
                ["Type"] = "Pass",
                ["Parameters"] = new JsonObject { ["state"] = "rejected", ["dataset.$"] = "$.dataset", ["best.$"] = "$.sweep.best", ["evaluation.$"] = "$.evaluation" },
                ["End"] = true,
            };
        }

        var missing = pipeline.Evaluate.Rules.Any(rule => rule.Slice is not null || rule.ChampionTolerance is not null)
            ? " Its rules about slices and the champion are not in it."
            : "";
        return new JsonObject { ["Comment"] = $"The pipeline {pipeline.Name} by its parts.{missing}", ["StartAt"] = "Prepare", ["States"] = states };
    }

    private static JsonObject Task(string resource, JsonNode parameters, string resultPath, string next) => new()
    {
        ["Type"] = "Task", ["Resource"] = resource, ["Parameters"] = parameters, ["ResultPath"] = resultPath, ["Next"] = next,
    };

    private static JsonObject Choice(JsonObject rule) => new() { ["Type"] = "Choice", ["Choices"] = new JsonArray(rule), ["Default"] = "Rejected" };

    private static JsonObject Good(EvaluationRule[] bounds, JsonNode? task)
    {
        var rules = new JsonArray();
        foreach (var (metric, comparison, bound) in bounds.SelectMany(rule => ((string, double?)[])[("NumericGreaterThanEquals", rule.Minimum), ("NumericLessThanEquals", rule.Maximum)],
            (rule, bound) => (rule.Metric ?? ((string?)task == "regression" ? "r2" : "accuracy"), bound.Item1, bound.Item2)))
        {
            if (bound is { } number)
            {
                rules.Add((JsonNode)new JsonObject { ["Variable"] = $"$.evaluation.metrics.{metric}", [comparison] = number });
            }
        }

        return Choice(new JsonObject { ["And"] = rules, ["Next"] = "Publish" });
    }

    private static void Lead(JsonObject state, string next)
    {
        if ((string?)state["Type"] == "Choice")
        {
            state["Choices"]![0]!["Next"] = next;
        }
        else
        {
            state["Next"] = next;
        }
    }
}
