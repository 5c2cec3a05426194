using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;
using Spectre.Console;

namespace DurableMl.Cli.Commands;

/// <summary><c>models</c>, <c>alias</c> and <c>traffic</c>: what is served, and to whom.</summary>
internal static class ModelCommands
{
    /// <summary>Makes <c>models</c>.</summary>
    public static Command Models()
    {
        var command = new Command("models", "List models, or one model's versions with their metrics and aliases.");
        var model = new Argument<string?>("model") { Description = "The model; without it, all are listed.", Arity = ArgumentArity.ZeroOrOne };
        var api = new ApiOptions();
        command.Arguments.Add(model);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var connection = new ApiConnection(http);
            Terminal.Open().Write(result.GetValue(model) is { } name
                ? await VersionsAsync(connection, name, cancellationToken)
                : await ModelsAsync(connection, cancellationToken));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Makes <c>alias</c>.</summary>
    public static Command Alias()
    {
        var command = new Command("alias", "Let an alias, such as champion, name a version of a model.");
        var model = new Argument<string>("model") { Description = "The model." };
        var alias = new Argument<string>("alias") { Description = "The alias." };
        var version = new Argument<string?>("version") { Description = "The version that it shall name.", Arity = ArgumentArity.ZeroOrOne };
        var remove = new Option<bool>("--remove") { Description = "Remove the alias." };
        var api = new ApiOptions();
        command.Arguments.Add(model);
        command.Arguments.Add(alias);
        command.Arguments.Add(version);
        command.Options.Add(remove);
        api.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(version) is null != result.GetValue(remove))
            {
                result.AddError("Give a version, or --remove.");
            }
        });
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            JsonNode aliases = await SetAliasAsync(
                new ApiConnection(http), result.GetRequiredValue(model), result.GetRequiredValue(alias), result.GetValue(version), cancellationToken);
            await Console.Out.WriteLineAsync(string.Join(", ", aliases.AsObject().Select(each => $"{each.Key} is {each.Value}")));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Makes <c>traffic</c>.</summary>
    public static Command Traffic()
    {
        var command = new Command("traffic", "Show the rules that divide a model's requests among its versions, or replace them.");
        var model = new Argument<string>("model") { Description = "The model." };
        var set = new Option<FileInfo?>("--set") { Description = "A JSON file with the rules that shall hold; inference/README.md describes them." };
        var api = new ApiOptions();
        command.Arguments.Add(model);
        command.Options.Add(set);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            string? rules = result.GetValue(set) is { } file ? await WorkflowCommand.ReadAsync(file, cancellationToken) : null;
            await Console.Out.WriteLineAsync((await TrafficAsync(http, result.GetRequiredValue(model), rules, cancellationToken)).ToJsonString(WorkflowCommand.Indented));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Lets an alias name a version, or removes it where the version is null. Returns all aliases.</summary>
    /// <exception cref="CliException">There is no such version.</exception>
    internal static Task<JsonNode> SetAliasAsync(ApiConnection api, string model, string alias, string? version, CancellationToken cancellationToken) =>
        api.JsonAsync(
            version is null ? HttpMethod.Delete : HttpMethod.Put,
            $"api/models/{Uri.EscapeDataString(model)}/aliases/{Uri.EscapeDataString(alias)}",
            version is null ? null : new JsonObject { ["version"] = version },
            cancellationToken);

    /// <summary>A model's traffic rules; replaces them first where some are given, unless somebody else does at the same time.</summary>
    /// <exception cref="CliException">They were refused; the message lists why.</exception>
    internal static async Task<JsonNode> TrafficAsync(HttpClient http, string model, string? rules, CancellationToken cancellationToken)
    {
        string path = $"api/models/{Uri.EscapeDataString(model)}/traffic";
        var api = new ApiConnection(http);
        using var current = await api.SendAsync(HttpMethod.Get, path, null, cancellationToken);
        await ApiConnection.ThrowIfRefusedAsync(current, cancellationToken);
        if (rules is null)
        {
            return JsonNode.Parse(await current.Content.ReadAsStringAsync(cancellationToken))!;
        }

        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = new StringContent(rules, Encoding.UTF8, "application/json") };
        if (current.Headers.ETag is { } tag)
        {
            request.Headers.IfMatch.Add(tag);
        }
        else
        {
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        }

        using var response = await api.SendAsync(request, cancellationToken);
        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
    }

    private static async Task<Table> ModelsAsync(ApiConnection api, CancellationToken cancellationToken)
    {
        var table = new Table().RoundedBorder().AddColumns("model", "versions", "aliases");
        foreach (JsonNode? name in (await api.JsonAsync(HttpMethod.Get, "api/models", null, cancellationToken))["models"]!.AsArray())
        {
            JsonNode model = await api.JsonAsync(HttpMethod.Get, $"api/models/{Uri.EscapeDataString(name!.GetValue<string>())}", null, cancellationToken);
            string aliases = string.Join(", ", model["aliases"]!.AsObject().Select(alias => $"{alias.Key} {alias.Value}"));
            table.AddRow(new Text(name.GetValue<string>()), new Text(model["versions"]!.AsArray().Count.ToString(CultureInfo.InvariantCulture)), new Text(aliases));
        }

        return table;
    }

    private static async Task<Table> VersionsAsync(ApiConnection api, string name, CancellationToken cancellationToken)
    {
        string path = $"api/models/{Uri.EscapeDataString(name)}";
        JsonNode model = await api.JsonAsync(HttpMethod.Get, path, null, cancellationToken);
        ILookup<string, string> aliases = model["aliases"]!.AsObject().ToLookup(alias => alias.Value!.ToString(), alias => alias.Key, StringComparer.Ordinal);
        var table = new Table().RoundedBorder().AddColumns("version", "aliases", "run", "metrics");
        foreach (JsonNode? each in model["versions"]!.AsArray())
        {
            string version = each!.ToString();
            JsonNode manifest = await api.JsonAsync(HttpMethod.Get, $"{path}/versions/{Uri.EscapeDataString(version)}", null, cancellationToken);
            string metrics = manifest["metrics"] is JsonObject values ? string.Join(", ", values.Select(metric => $"{metric.Key} {metric.Value}")) : "";
            table.AddRow(new Text(version), new Text(string.Join(", ", aliases[version])), new Text(manifest["lineage"]?["runId"]?.ToString() ?? ""), new Text(metrics));
        }

        return table;
    }
}
