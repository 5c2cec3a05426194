using System.Text.Json;

namespace EndToEnd.Tests.Fixtures;

/// <summary>Pipelines that run in seconds.</summary>
internal static class SmallPipeline
{
    /// <summary>A pipeline over <c>raw/{folder}/</c>.</summary>
    /// <param name="folder">The raw folder, which also names the dataset and the model.</param>
    /// <param name="trials">How many trials.</param>
    /// <param name="budget">Epochs of each.</param>
    /// <param name="learningRates">Learning rates to choose from; at 10 training diverges.</param>
    /// <param name="seed">Decides who gets which.</param>
    /// <param name="alias">The alias that the published version gets.</param>
    /// <param name="scheduler">How far trials are trained; null for all of them to the whole budget.</param>
    public static string Json(string folder, int trials, int budget, double[] learningRates, int seed = 1, string alias = "champion", object? scheduler = null) => JsonSerializer.Serialize(new
    {
        name = folder,
        dataset = new { name = folder, format = "idx", source = $"raw/{folder}/", shards = 3, validationFraction = 0.2 },
        sweep = new
        {
            job = "image-classifier",
            trials,
            repeats = true,
            seed,
            budget,
            scheduler = scheduler ?? new { type = "none" },
            objective = new { metric = "validation_accuracy", goal = "maximize" },
            parameters = new Dictionary<string, object>
            {
                ["learning_rate"] = new { type = "choice", values = learningRates },
                ["batch_size"] = new { type = "fixed", value = 50 },
                ["channels"] = new { type = "fixed", value = 8 },
                ["optimizer"] = new { type = "fixed", value = "adamw" },
                ["weight_decay"] = new { type = "fixed", value = 0.5 },
                ["schedule"] = new { type = "fixed", value = "constant" },
            },
            maxFailedTrials = trials - 1,
            retries = new { failures = 1, preemptions = 3 },
            checkpointSteps = 10,
        },
        evaluate = new { minimum = 0.2 },
        publish = new { model = folder, alias },
    });
}
