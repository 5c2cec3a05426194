using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Cli.Imports;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;

namespace DurableMl.Cli.Commands;

/// <summary><c>import</c>: publishes a model of another framework, and follows it.</summary>
internal static class ImportCommand
{
    private const string Champion = "champion";

    private static readonly Argument<string> Model = new("model") { Description = "The model to publish to." };
    private static readonly Argument<string> Source = new("source") { Description = "The model: a file on this machine, which is uploaded, or a blob, for example raw/net.pt." };

    private static readonly Option<string?> Sample = new("--sample")
    {
        Description = "The model's inputs, a .npy or .npz file or blob, for example raw/sample.npz; for onnx, one is made of what the model declares.",
    };

    private static readonly Option<string?> Format = new("--format")
    {
        Description = "What the source is: torchscript, pytorch, keras, savedmodel, tflite or onnx; of a file it is seen, of a blob told by its name.",
    };

    private static readonly Option<string?> Definition = new("--definition") { Description = "For pytorch: the file or blob with the Python function build()." };
    private static readonly Option<string[]> Weights = new("--weights") { Description = "For onnx: files or blobs with weights that the model refers to; beside a file, NAME.onnx.data and NAME.onnx_data are found.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Expected = new("--expected") { Description = "For onnx: what it should answer, a .npy or .npz file or blob." };
    private static readonly Option<double?> Tolerance = new("--tolerance") { Description = "The largest difference allowed; 0.001 by default." };
    private static readonly Option<string?> Alias = new("--alias") { Description = "The alias that is to name the new version; champion by default for a model that has none yet." };
    private static readonly Option<bool> Detach = new("--detach") { Description = "Do not follow it." };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("import", "Publish a model of another framework, from files or blobs, and follow it.") { Model, Source };
        foreach (Option option in (Option[])[Sample, Format, Definition, Weights, Expected, Tolerance, Alias, Detach])
        {
            command.Options.Add(option);
        }

        var api = new ApiOptions();
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            JsonObject request = Request(result);
            await UploadAsync(new ApiConnection(http), result.GetRequiredValue(Model), request, Console.Out, cancellationToken);
            return await RunAsync(new ImportsClient(http, TimeProvider.System), result.GetRequiredValue(Model), request, result.GetValue(Detach), cancellationToken);
        });
        return command;
    }

    /// <summary>The request that the options make.</summary>
    internal static JsonObject Request(ParseResult result)
    {
        string source = result.GetRequiredValue(Source);
        var request = new JsonObject { ["source"] = source, ["format"] = result.GetValue(Format) ?? (IsBlob(source) ? FormatByName(source) : ModelFile.FormatOf(Existing(source))) };
        foreach ((string name, Option<string?> option) in ((string, Option<string?>)[])[("sample", Sample), ("definition", Definition), ("expected", Expected), ("alias", Alias)])
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

        string[] weights = result.GetValue(Weights) is { Length: > 0 } named ? named : IsBlob(source) || request["format"]!.GetValue<string>() != "onnx" ? [] : ModelFile.WeightsBeside(source);
        if (weights.Length > 0)
        {
            request["weights"] = new JsonArray([.. weights.Select(file => JsonValue.Create(file))]);
        }

        return request;
    }

    /// <summary>Uploads what the request names on this machine, and names its blobs instead.</summary>
    /// <exception cref="CliException">A file is not there, or was refused.</exception>
    internal static async Task UploadAsync(ApiConnection api, string model, JsonObject request, TextWriter output, CancellationToken cancellationToken)
    {
        var files = new List<(string File, string Name)>();
        async Task<string> BlobAsync(string given)
        {
            if (IsBlob(given))
            {
                return given;
            }

            string blob = await ModelFile.BlobOfAsync(model, Existing(given), cancellationToken);
            files.Add((given, blob));
            return blob;
        }

        foreach (string field in (string[])["source", "sample", "definition", "expected"])
        {
            if (request[field]?.GetValue<string>() is { } given)
            {
                request[field] = await BlobAsync(given);
            }
        }

        JsonArray weights = request["weights"] as JsonArray ?? [];
        for (int i = 0; i < weights.Count; i++)
        {
            weights[i] = await BlobAsync(weights[i]!.GetValue<string>());
        }

        if (files.Count > 0)
        {
            await DataCommands.UploadAsync(api, [.. files.DistinctBy(file => file.Name)], output, cancellationToken);
        }
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
        if (result.Untried is { } untried)
        {
            await Console.Out.WriteLineAsync($"It was not tried, for no sample could be made of what it declares ({untried}). Give --sample to try it.");
        }

        return result.State == "published" ? 0 : 1;
    }

    private static bool IsBlob(string name) => name.StartsWith("raw/", StringComparison.Ordinal);

    private static string FormatByName(string blob) => Path.GetExtension(blob).ToLowerInvariant() switch
    {
        ".onnx" => "onnx",
        ".tflite" => "tflite",
        ".keras" or ".h5" => "keras",
        _ => "torchscript",
    };

    private static string Existing(string path) => File.Exists(path)
        ? path
        : throw new CliException($"There is no file {Path.GetFullPath(path)}. A blob begins with raw/.") { ExitCode = ExitCodes.Usage };
}
