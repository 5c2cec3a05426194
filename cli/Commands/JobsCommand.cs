using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Jobs;
using DurableMl.Cli.Pipelines;
using Spectre.Console;

namespace DurableMl.Cli.Commands;

/// <summary><c>jobs</c>: programs of one's own that train, and those that are shipped.</summary>
internal static class JobsCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("jobs", "Training jobs of your own: write, try, push and list them.") { Init(), Run(), Push(), List() };

    private static Command Init()
    {
        var command = new Command("init", "Write a job that runs as it is into a new folder, to change it.");
        var name = new Argument<string>("name") { Description = "The job's name, which is the folder's." };
        command.Arguments.Add(name);
        command.SetHandler(async (result, _) =>
        {
            string given = result.GetRequiredValue(name);
            JobSkeleton.Write(Directory.GetCurrentDirectory(), given);
            await Console.Out.WriteLineAsync($"Wrote {given}/job.json and {given}/train.py. Try it: ./durableml jobs run {given}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Run()
    {
        var command = new Command("run", "Run one trial of a job on this machine, without a cluster.");
        Argument<string> folder = Folder();
        var parameters = new Option<string[]>("--params") { Description = "Hyperparameters, name=value each; the defaults of job.json for the others.", AllowMultipleArgumentsPerToken = true };
        var data = new Option<string?>("--data") { Description = "The folder of a dataset's version, with its manifest.json." };
        var budget = new Option<int>("--budget") { Description = "Epochs in total.", DefaultValueFactory = _ => 1 };
        var seed = new Option<long>("--seed") { Description = "The trial's seed." };
        var output = new Option<string?>("--output") { Description = "Where checkpoint and output go, and are gone on from; by default a new folder below .durableml/jobs." };
        Option<string?> state = HostOptions.StateFolder();
        foreach (Option option in (Option[])[parameters, data, budget, seed, output, state])
        {
            command.Options.Add(option);
        }

        command.Arguments.Add(folder);
        command.SetHandler(async (result, cancellationToken) =>
        {
            var layout = RepositoryLayout.Find(result.GetValue(state));
            var job = JobFolder.Read(result.GetRequiredValue(folder));
            string to = Path.GetFullPath(result.GetValue(output) ?? Path.Combine(layout.State, "jobs", $"{job.Name}-{Guid.NewGuid().ToString("N")[..8]}"));
            var trial = new LocalTrial(job, layout);
            await trial.RunAsync(
                to, trial.Parameters(result.GetValue(parameters) ?? []), result.GetValue(data), result.GetValue(budget), result.GetValue(seed), cancellationToken);
            foreach ((string metric, double value) in LocalTrial.Metrics(to))
            {
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{metric} {value:g6}"));
            }

            await Console.Out.WriteLineAsync($"Output: {to}/output");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Push()
    {
        var command = new Command("push", "Check a job and upload it; pipelines then name it as their sweep.job.");
        Argument<string> folder = Folder();
        var api = new ApiOptions();
        command.Arguments.Add(folder);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            JobVersion pushed = await PushAsync(http, JobFolder.Read(result.GetRequiredValue(folder)), cancellationToken);
            await Console.Out.WriteLineAsync($"{pushed.Name}@{pushed.Sha256}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the jobs that pipelines may name.");
        var api = new ApiOptions();
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            using var response = await new ApiConnection(http).SendAsync(HttpMethod.Get, "api/jobs", null, cancellationToken);
            await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
            var table = new Table().RoundedBorder().AddColumns("job", "version", "", "description");
            foreach (JobVersion job in (await response.Content.ReadFromJsonAsync<JobPage>(JsonSerializerOptions.Web, cancellationToken))!.Jobs)
            {
                table.AddRow(Markup.Escape(job.Name), job.Sha256[..12], job.Shipped ? "shipped" : "pushed", Markup.Escape(job.Description ?? ""));
            }

            Progress.Terminal.Open().Write(table);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Uploads a job.</summary>
    /// <exception cref="CliException">It was refused; the message says why.</exception>
    internal static async Task<JobVersion> PushAsync(HttpClient http, JobFolder job, CancellationToken cancellationToken)
    {
        using var content = new StreamContent(job.Pack());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        using var response = await new ApiConnection(http).SendAsync(HttpMethod.Put, $"api/jobs/{Uri.EscapeDataString(job.Name)}", content, cancellationToken);
        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<JobVersion>(JsonSerializerOptions.Web, cancellationToken))!;
    }

    private static Argument<string> Folder() => new("folder") { Description = "The job's folder, with its job.json." };

    private sealed record JobPage(IReadOnlyList<JobVersion> Jobs);
}

/// <summary>A job, as the API gives it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sha256">Its newest version.</param>
/// <param name="Shipped">Whether it came with the app.</param>
/// <param name="Description">What it trains.</param>
internal sealed record JobVersion(string Name, string Sha256, bool Shipped, string? Description);
