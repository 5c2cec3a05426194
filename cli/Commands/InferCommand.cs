using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Imports;
using DurableMl.Cli.Pipelines;
using nietras.SeparatedValues;

namespace DurableMl.Cli.Commands;

/// <summary><c>infer</c>: asks a model.</summary>
internal static class InferCommand
{
    private const int RowsAtATime = 1000;
    private const int ImagesAtATime = 16;

    // The server decodes no larger ones.
    private const long MaxImageBytes = 32 << 20;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("infer", "Ask a model: rows of a table by their columns, image files, or a request of the Open Inference Protocol.");
        var model = new Argument<string>("model") { Description = "The model." };
        var version = new Option<string?>("--version") { Description = "A version or alias; by default as the model's traffic rules say." };
        var csv = new Option<FileInfo?>("--csv") { Description = "A CSV file with a header; columns as the model was trained on." };
        var json = new Option<FileInfo?>("--json-file") { Description = "A JSON file: an array of objects or objects one a line, a row each, or a request with its inputs." };
        var images = new Option<FileInfo[]>("--image") { Description = "Image files: JPEG, PNG, BMP, GIF or WebP.", AllowMultipleArgumentsPerToken = true };
        var api = new ApiOptions();
        command.Arguments.Add(model);
        command.Options.Add(version);
        command.Options.Add(csv);
        command.Options.Add(json);
        command.Options.Add(images);
        api.AddTo(command);
        command.Validators.Add(result =>
        {
            if (new[] { result.GetValue(csv) is not null, result.GetValue(json) is not null, result.GetValue(images) is { Length: > 0 } }.Count(given => given) != 1)
            {
                result.AddError("Give --csv, --json-file or --image.");
            }
        });
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var connection = new ApiConnection(http);
            string path = ImportsClient.ModelPath(result.GetRequiredValue(model), result.GetValue(version)) + "/infer";
            if (result.GetValue(images) is { Length: > 0 } files)
            {
                await AskImagesAsync(connection, path, files, Console.Out, cancellationToken);
                return ExitCodes.Done;
            }

            IEnumerable<JsonObject> requests = result.GetValue(csv) is { } table ? Rows(table) : Requests(result.GetRequiredValue(json)!);
            await AskAsync(connection, path, requests, Console.Out, cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Sends requests, and writes a JSON object a row: the outputs by their names.</summary>
    /// <exception cref="CliException">The model refused.</exception>
    internal static async Task AskAsync(ApiConnection api, string path, IEnumerable<JsonObject> requests, TextWriter output, CancellationToken cancellationToken)
    {
        long before = 0;
        foreach (JsonObject request in requests)
        {
            JsonArray outputs;
            try
            {
                outputs = (await api.JsonAsync(HttpMethod.Post, path, request, cancellationToken))["outputs"]!.AsArray();
            }
            catch (CliException exception) when (before > 0)
            {
                // The server counts the rows of a request.
                throw new CliException($"After the first {before} rows, which were answered: {exception.Message}", exception) { ExitCode = exception.ExitCode };
            }

            long rows = outputs.Select(each => each!["shape"]!.AsArray() is { Count: > 0 } shape ? shape[0]!.GetValue<long>() : 1).FirstOrDefault();
            for (int row = 0; row < rows; row++)
            {
                var answer = new JsonObject();
                foreach (JsonNode? each in outputs)
                {
                    JsonArray data = each!["data"]!.AsArray();
                    int width = (int)(data.Count / rows);
                    answer[each["name"]!.GetValue<string>()] = width == 1
                        ? data[row]?.DeepClone()
                        : new JsonArray([.. data.Skip(row * width).Take(width).Select(value => value?.DeepClone())]);
                }

                await output.WriteLineAsync(answer.ToJsonString());
            }

            before += rows;
        }
    }

    /// <summary>Asks about image files, as <see cref="AskAsync"/> does.</summary>
    /// <exception cref="CliException">A file is not there or cannot be one, or the model refused it; the message names the file.</exception>
    internal static async Task AskImagesAsync(ApiConnection api, string path, IReadOnlyList<FileInfo> files, TextWriter output, CancellationToken cancellationToken)
    {
        foreach ((FileInfo[] part, JsonObject request) in files.Chunk(ImagesAtATime).Zip(Images(files)))
        {
            try
            {
                await AskAsync(api, path, [request], output, cancellationToken);
            }
            catch (CliException exception) when (Array.FindIndex(part, file => exception.Message.StartsWith(Place(part, file), StringComparison.Ordinal)) is >= 0 and var at)
            {
                throw new CliException(part[at].FullName + exception.Message[Place(part, part[at]).Length..], exception) { ExitCode = exception.ExitCode };
            }
        }

        static string Place(FileInfo[] part, FileInfo file) => $"inputs[0].data[{Array.IndexOf(part, file)}]";
    }

    /// <summary>Requests for a CSV file's rows, 1,000 each. Values go as texts, as the file has them: the server knows what its columns hold.</summary>
    /// <exception cref="CliException">The file is not there, or is no CSV.</exception>
    internal static IEnumerable<JsonObject> Rows(FileInfo file)
    {
        if (!file.Exists)
        {
            throw new CliException($"There is no file {file.FullName}.") { ExitCode = ExitCodes.Usage };
        }

        var columns = new List<JsonArray>();
        using var text = new StreamReader(file.FullName, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        using SepReader reader = Open(text, file);
        string[] names = Header(reader, file);
        int rows = 0;
        long all = 0;
        Clear();
        while (Next(reader, file))
        {
            SepReader.Row row = reader.Current;
            if (row.ColCount == 1 && names.Length > 1 && row[0].Span.IsWhiteSpace())
            {
                continue;
            }

            if (row.ColCount != names.Length)
            {
                throw NoTable(file, $"line {row.LineNumberFrom} has {row.ColCount} values for {names.Length} columns; is a quotation mark open, or a separator not quoted?");
            }

            all++;
            for (int i = 0; i < names.Length; i++)
            {
                string value = row[i].ToString();
                columns[i].Add(value.Length == 0 ? null : JsonValue.Create(value));
            }

            if (++rows == RowsAtATime)
            {
                yield return Request(names, columns, rows);
                rows = 0;
                Clear();
            }
        }

        if (rows > 0)
        {
            yield return Request(names, columns, rows);
        }

        if (all == 0)
        {
            throw NoTable(file, "it has no rows below its header");
        }

        void Clear()
        {
            columns.Clear();
            columns.AddRange(names.Select(_ => new JsonArray()));
        }
    }

    /// <summary>Requests for image files, 16 each. The server decodes them as it did those that the model was trained on.</summary>
    /// <exception cref="CliException">A file is not there, is empty or too large.</exception>
    internal static IEnumerable<JsonObject> Images(IReadOnlyList<FileInfo> files)
    {
        if (files.FirstOrDefault(file => !file.Exists) is { } missing)
        {
            string hint = Directory.Exists(missing.FullName) ? "; it is a folder: name its files, or upload it and score it" : "";
            throw new CliException($"There is no file {missing.FullName}{hint}.") { ExitCode = ExitCodes.Usage };
        }

        if (files.FirstOrDefault(file => file.Length is 0 or > MaxImageBytes) is { } wrong)
        {
            throw new CliException($"{wrong.FullName} has {wrong.Length} bytes; an image file has 1 to {MaxImageBytes}.") { ExitCode = ExitCodes.Usage };
        }

        return files.Chunk(ImagesAtATime).Select(part => Request(
            ["image"], [new JsonArray([.. part.Select(file => JsonValue.Create(Convert.ToBase64String(File.ReadAllBytes(file.FullName))))])], part.Length));
    }

    /// <summary>The requests that a JSON file holds: rows, or one request as it is.</summary>
    /// <exception cref="CliException">It is neither.</exception>
    internal static IEnumerable<JsonObject> Requests(FileInfo file)
    {
        if (!file.Exists)
        {
            throw new CliException($"There is no file {file.FullName}.") { ExitCode = ExitCodes.Usage };
        }

        JsonNode?[] values;
        try
        {
            values = Values(File.ReadAllText(file.FullName));
        }
        catch (JsonException exception)
        {
            throw new CliException($"{file.FullName} is not JSON: {exception.Message}", exception) { ExitCode = ExitCodes.Usage };
        }

        if (values is [JsonObject request] && request.ContainsKey("inputs"))
        {
            return [request];
        }

        JsonObject[] rows = [.. values.OfType<JsonObject>()];
        if (rows.Length == 0 || rows.Length < values.Length)
        {
            throw new CliException($"{file.FullName} must be an array of objects or objects one a line, a row each, or an object with inputs.") { ExitCode = ExitCodes.Usage };
        }

        // No model takes an object or a list, so such a column is none that this one was trained on.
        HashSet<string> nested = [.. rows.SelectMany(row => row).Where(member => member.Value is JsonObject or JsonArray).Select(member => member.Key)];
        string[] names = [.. rows.SelectMany(row => row.Select(member => member.Key)).Where(name => !nested.Contains(name)).Distinct(StringComparer.Ordinal)];
        return rows.Chunk(RowsAtATime).Select(part => Request(
            names, [.. names.Select(name => new JsonArray([.. part.Select(row => row[name] is { } value ? JsonValue.Create(AsText(value)) : null)]))], part.Length));
    }

    /// <summary>The items of an array, or the values of the lines.</summary>
    private static JsonNode?[] Values(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        bool isLines = lines.Length > 1 && lines[0].StartsWith('{') && lines[0].EndsWith('}') && lines[1].StartsWith('{');
        return isLines ? Array.ConvertAll(lines, line => JsonNode.Parse(line)) : JsonNode.Parse(text) switch { JsonArray items => [.. items], var one => [one] };
    }

    // As training reads it: 4.0 and 4 are the same category.
    private static string AsText(JsonNode value) => value.GetValueKind() != JsonValueKind.Number ? value.ToString()
        : value.AsValue().TryGetValue(out long integer) ? integer.ToString(CultureInfo.InvariantCulture)
        : value.GetValue<double>().ToString("R", CultureInfo.InvariantCulture);

    // As training reads it: white space around names means nothing, no name comes twice, and a column without one is passed over.
    private static string[] Header(SepReader reader, FileInfo file)
    {
        if (!Next(reader, file))
        {
            throw NoTable(file, "it is empty; its first line should name the columns");
        }

        SepReader.Row row = reader.Current;
        var names = new string[row.ColCount];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = row[i].Span.Trim().ToString();
        }

        string? twice = names.Where(name => name.Length > 0).GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.Key;
        return twice is not null ? throw NoTable(file, $"its first line names the column '{twice}' more than once")
            : Array.TrueForAll(names, name => name.Length == 0) ? throw NoTable(file, "its first line names no column")
            : names;
    }

    private static SepReader Open(StreamReader text, FileInfo file)
    {
        try
        {
            return Sep.Reader(options => options with { HasHeader = false, DisableColCountCheck = true, Unescape = true }).From(text);
        }
        catch (DecoderFallbackException exception)
        {
            throw NoTable(file, "it is not UTF-8 throughout; write it again in UTF-8", exception);
        }
    }

    private static bool Next(SepReader reader, FileInfo file)
    {
        try
        {
            return reader.MoveNext();
        }
        catch (DecoderFallbackException exception)
        {
            throw NoTable(file, "it is not UTF-8 throughout; write it again in UTF-8", exception);
        }
        catch (NotSupportedException exception)
        {
            throw NoTable(file, $"it has a row that is too long; is a quotation mark open? ({exception.Message})", exception);
        }
    }

    private static CliException NoTable(FileInfo file, string reason, Exception? cause = null) =>
        new($"{file.FullName} cannot be read as CSV: {reason}.", cause);

    private static JsonObject Request(IReadOnlyList<string> names, IReadOnlyList<JsonArray> columns, int rows) => new()
    {
        ["inputs"] = new JsonArray([.. names.Index().Where(column => column.Item.Length > 0)
            .Select(column => new JsonObject { ["name"] = column.Item, ["datatype"] = "BYTES", ["shape"] = new JsonArray(rows), ["data"] = columns[column.Index] })]),
    };
}
