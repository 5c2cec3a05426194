using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Cli.Imports;
using DurableMl.Cli.Progress;

namespace DurableMl.Cli.Commands;

/// <summary><c>import</c>: publishes a model of another framework, and follows it.</summary>
internal static class ImportCommand
{
    private const string Champion = "champion";

    private static readonly Argument<string> Model = new("model") { Description = "The model to publish to." };
    private static readonly Argument<string> Source = new("source") { Description = "The model's blob, for example raw/net.pt." };

    private static readonly Option<string> Sample = new("--sample")
    {
        Description = "The model's inputs, a .npy or .npz blob, for example raw/sample.npz.",
        Required = true,
    };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "What the source is: torchscript, pytorch, keras, savedmodel, tflite or onnx.",
        DefaultValueFactory = _ => "torchscript",
    };

    private static readonly Option<string?> Definition = new("--definition") { Description = "For pytorch: the blob with the Python function build()." };
    private static readonly Option<string[]> Weights = new("--weights") { Description = "For onnx: blobs with weights that the model refers to.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Expected = new("--expected") { Description = "For onnx: what it should answer, a .npy or .npz blob." };
    private static readonly Option<double?> Tolerance = new("--tolerance") { Description = "The largest difference allowed; 0.001 by default." };
    private static readonly Option<string?> Alias = new("--alias") { Description = "The alias that is to name the new version; champion by default for a model that has none yet." };
    private static readonly Option<bool> Detach = new("--detach") { Description = "Do not follow it." };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("import", "Publish a model of another framework from blobs, on the host that is up, and follow it.") { Model, Source };
        foreach (Option option in (Option[])[Sample, Format, Definition, Weights, Expected, Tolerance, Alias, Detach])
        {
            command.Options.Add(option);
        }

        var api = new ApiOptions();
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            return await RunAsync(new ImportsClient(http, TimeProvider.System), result.GetRequiredValue(Model), Request(result), result.GetValue(Detach), cancellationToken);
        });
        return command;
    }

    /// <summary>The request that the options make.</summary>
    internal static JsonObject Request(ParseResult result)
    {
        var request = new JsonObject { ["source"] = result.GetRequiredValue(Source), ["sample"] = result.GetRequiredValue(Sample), ["format"] = result.GetRequiredValue(Format) };
        foreach ((string name, Option<string?> option) in ((string, Option<string?>)[])[("definition", Definition), ("expected", Expected), ("alias", Alias)])
        {
            if (result.GetValue(option) is { } value)
            {
                request[name] = value;
            }
        }

        if (result.GetValue(Tolerance) is { } tolerance)
        {
            request["tolerance"] = tolerance;
        }

        if (result.GetValue(Weights) is { Length: > 0 } weights)
        {
            request["weights"] = new JsonArray([.. weights.Select(blob => JsonValue.Create(blob))]);
        }

        return request;
    }

    internal static async Task<int> RunAsync(ImportsClient client, string model, JsonObject request, bool detach, CancellationToken cancellationToken)
    {
        if (!request.ContainsKey("alias") && !await client.HasChampionAsync(model, cancellationToken))
        {
            // Else it would be published, and nothing that asks for the model would find it.
            request["alias"] = Champion;
        }

        var id = await client.StartAsync(model, request, cancellationToken);
        await Console.Out.WriteLineAsync($"Started {id}.");
        if (detach)
        {
            await Console.Out.WriteLineAsync($"Its state: GET api/imports/{id}; ./durableml cancel {id} stops it.");
            return 0;
        }

        var ended = await new ImportDisplay(Console.Out).ShowAsync(client.FollowAsync(id, cancellationToken), cancellationToken);
        if (ended.Result() is not { } result)
        {
            throw new CliException($"{id}: {ended.RuntimeStatus?.ToLowerInvariant()}, {ended.CustomStatus?.Error ?? ended.Output?.ToString()}");
        }

        var difference = result.LargestDifference is { } largest ? string.Create(CultureInfo.InvariantCulture, $", largest difference {largest:g3}") : "";
        var served = ImportsClient.ModelPath(model, request["alias"]?.GetValue<string>() == Champion ? null : result.Version);
        await Console.Out.WriteLineAsync(result.State == "published" ? $"{model} version {result.Version}: published{difference}; served at {served}/infer" : $"{id}: {result.State}, {result.Reason}");
        return result.State == "published" ? 0 : 1;
    }
}
