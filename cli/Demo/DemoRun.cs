using System.Globalization;
using Azure.Storage.Blobs;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Inference;
using DurableMl.Cli.Pipelines;
using DurableMl.Cli.Progress;
using Spectre.Console;

namespace DurableMl.Cli.Demo;

/// <summary>MNIST from raw files to a served model.</summary>
/// <param name="layout">Where data and state lie.</param>
/// <param name="console">The terminal.</param>
/// <param name="output">The same, for plain lines.</param>
/// <param name="time">The clock.</param>
internal sealed class DemoRun(RepositoryLayout layout, IAnsiConsole console, TextWriter output, TimeProvider time)
{
    private const double WantedAccuracy = 0.985;
    private const string IdPrefix = "demo-";

    /// <summary>Runs the pipeline and tries the model it publishes.</summary>
    /// <param name="ports">The host.</param>
    /// <param name="cancellationToken">Gives up; the run itself goes on whenever the host is up.</param>
    /// <returns>0 if everything succeeded and the accuracy is what it should be.</returns>
    public async Task<int> RunAsync(HostPorts ports, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var http = LocalHost.Connect(ports, layout.State, TimeSpan.FromSeconds(60));
        var pipelines = new PipelinesClient(http);
        var blobs = new BlobServiceClient(StorageAccount.Load(layout.State).ConnectionString(ports));

        var runId = await FindUnfinishedAsync(pipelines, cancellationToken) ?? await StartAsync(pipelines, blobs, cancellationToken);
        var run = await RunDisplays.For(console, output, time).ShowAsync(new RunFollower(pipelines, time).FollowAsync(runId, cancellationToken), cancellationToken);
        var result = Succeeded(run);

        await output.WriteLineAsync($"Sending all test images to {result.Model!.Model} version {result.Model.Version} …");
        var scoring = await ScoreAsync(new InferenceClient(http), blobs, result, cancellationToken);
        new DemoReport(console, output, time).Write(layout, ports, runId, result, scoring, time.GetElapsedTime(started));
        if (scoring.Accuracy >= WantedAccuracy)
        {
            return 0;
        }

        throw new CliException(string.Create(CultureInfo.InvariantCulture, $"The accuracy is {scoring.Accuracy:P2}, below the {WantedAccuracy:P1} that this pipeline should reach."));
    }

    /// <summary>An earlier demo that was cut off goes on when the host is up again; a second one beside it would only be slower.</summary>
    private async Task<string?> FindUnfinishedAsync(PipelinesClient pipelines, CancellationToken cancellationToken)
    {
        string? unfinished = null;
        await foreach (var run in pipelines.ListAsync(cancellationToken))
        {
            if (run is { RunId: { } id, HasEnded: false } && id.StartsWith(IdPrefix, StringComparison.Ordinal) && string.CompareOrdinal(id, unfinished) > 0)
            {
                unfinished = id;
            }
        }

        if (unfinished is not null)
        {
            await output.WriteLineAsync($"Following {unfinished}, which was not finished yet (./durableml cancel {unfinished} ends it).");
        }

        return unfinished;
    }

    private async Task<string> StartAsync(PipelinesClient pipelines, BlobServiceClient blobs, CancellationToken cancellationToken)
    {
        await new MnistUpload(blobs, output).RunAsync(layout.MnistFolder, cancellationToken);
        var id = IdPrefix + time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var pipeline = await File.ReadAllTextAsync(layout.MnistPipeline, cancellationToken);
        var runId = await pipelines.StartAsync(pipeline, id, cancellationToken);
        await output.WriteLineAsync($"Started {runId}.");
        return runId;
    }

    private static RunOutput Succeeded(RunDocument run)
    {
        var result = run.Result() ?? throw new CliException(RunTables.Headline(run));
        return result.Model is not null && result.Dataset is { Name: not null, Version: not null }
            ? result
            : throw new CliException($"The run published no model. {RunTables.Headline(run)}");
    }

    private async Task<ScoringResult> ScoreAsync(InferenceClient inference, BlobServiceClient blobs, RunOutput result, CancellationToken cancellationToken)
    {
        var images = await IdxFile.ReadAsync(Path.Combine(layout.MnistFolder, MnistUpload.TestImages), cancellationToken);
        var labels = await IdxFile.ReadAsync(Path.Combine(layout.MnistFolder, MnistUpload.TestLabels), cancellationToken);
        var normalisation = await Normalisation.ReadAsync(blobs, result.Dataset!.Name!, result.Dataset.Version!, cancellationToken);
        return await new ImageScoring(inference, time).RunAsync(result.Model!.Model, result.Model.Version, images, labels, normalisation, cancellationToken);
    }
}
