using System.CommandLine;
using System.Text.Json;
using DurableMl.Cli.Diagnosis;
using DurableMl.Cli.Hosting;

namespace DurableMl.Cli.Commands;

/// <summary><c>doctor</c>: says what is wrong with this machine and with the app, and what to do.</summary>
internal static class DoctorCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("doctor", "Check this machine, the host that is up here, or the app at --server: each check with the fix. Exit code 1 when one failed.");
        var api = new ApiOptions();
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            var checks = new List<Check>();
            try
            {
                RepositoryLayout layout = api.Layout(result);
                checks.AddRange(await new MachineChecks(layout, TimeProvider.System).RunAsync(cancellationToken));
                using HttpClient? http = api.ConnectIfUp(result);
                if (http is not null)
                {
                    checks.AddRange(await new AppChecks(http, TimeProvider.System).RunAsync(cancellationToken));
                }
            }
            catch (CliException exception)
            {
                checks.Add(Check.Failed("settings", exception.Message, "Correct the option or the variable DURABLEML_SERVER."));
            }

            return await WriteAsync(checks, api.WritesJson(result), Console.Out);
        });
        return command;
    }

    /// <summary>Writes what was seen. Returns the exit code.</summary>
    internal static async Task<int> WriteAsync(IReadOnlyList<Check> checks, bool json, TextWriter output)
    {
        int failed = checks.Count(check => check.Outcome == CheckOutcome.Failed);
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(new { ok = failed == 0, checks }, Json));
            return failed > 0 ? ExitCodes.Failed : ExitCodes.Done;
        }

        int width = checks.Max(check => check.Name.Length);
        foreach (Check check in checks)
        {
            string outcome = check.Outcome switch { CheckOutcome.Ok => "ok", CheckOutcome.Warning => "warning", _ => "FAILED" };
            await output.WriteLineAsync($"{outcome,-8} {check.Name.PadRight(width)}  {check.Detail}");
            if (check.Fix is not null)
            {
                await output.WriteLineAsync($"{"",-8} {"".PadRight(width)}  {check.Fix}");
            }
        }

        await output.WriteLineAsync(failed > 0 ? $"{failed} of {checks.Count} checks failed." : "All is well, as far as this can tell.");
        return failed > 0 ? ExitCodes.Failed : ExitCodes.Done;
    }
}
