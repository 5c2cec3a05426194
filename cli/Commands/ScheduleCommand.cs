using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Cli.Progress;
using DurableMl.Cli.Workflows;
using Spectre.Console;

namespace DurableMl.Cli.Commands;

/// <summary><c>schedule</c>: when workflows and pipelines are started by themselves.</summary>
internal static class ScheduleCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("schedule", "Start workflows and pipelines at times.") { Set(), List(), Remove() };

    private static Argument<string> Name() => new("schedule") { Description = "The schedule's name." };

    private static Command Set()
    {
        var command = new Command("set", "Make a schedule or change it.");
        var name = Name();
        var document = new Argument<string>("document") { Description = "What it says: JSON, or @FILE; for example {\"workflow\": \"train\", \"cron\": \"0 3 * * *\", \"timeZone\": \"Europe/Berlin\"}." };
        var api = new ApiOptions();
        command.Arguments.Add(name);
        command.Arguments.Add(document);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var text = await WorkflowCommand.JsonAsync("document", result.GetRequiredValue(document), cancellationToken);
            var kept = await new WorkflowsClient(http, TimeProvider.System).SetScheduleAsync(result.GetRequiredValue(name), text, cancellationToken);
            await Console.Out.WriteLineAsync($"Next: {Time(kept["next"])}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the schedules, with what they have done.");
        var api = new ApiOptions();
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            var table = new Table().RoundedBorder().AddColumns("schedule", "starts", "when", "next", "last", "problem");
            foreach (var each in await new WorkflowsClient(http, TimeProvider.System).SchedulesAsync(cancellationToken))
            {
                var schedule = each["schedule"]!;
                string[] cells =
                [
                    (string)each["name"]!,
                    (string?)schedule["workflow"] ?? (string?)schedule["pipeline"]?["name"] ?? "",
                    (string?)schedule["cron"] is { } cron ? $"{cron} {(string?)schedule["timeZone"]}".TrimEnd() : Time(schedule["at"]),
                    Time(each["next"]),
                    (string?)each["lastId"] ?? "",
                    (string?)each["problem"] ?? "",
                ];
                table.AddRow(cells.Select(cell => new Text(cell)));
            }

            Terminal.Open().Write(table);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Remove()
    {
        var command = new Command("remove", "Remove a schedule. What it has started goes on.");
        var name = Name();
        var api = new ApiOptions();
        command.Arguments.Add(name);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            await new WorkflowsClient(http, TimeProvider.System).RemoveScheduleAsync(result.GetRequiredValue(name), cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Time(JsonNode? time) =>
        (string?)time is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "never";
}
