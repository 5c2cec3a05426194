using Azure.Storage.Blobs;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing.Tables;

/// <summary>What activities work on that take one part of a table.</summary>
/// <param name="RunId">The run, whose staging folder has the plan.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Part">The part's number.</param>
public sealed record TablePartInput(string RunId, string Dataset, int Part);

/// <summary>What activities work on that put the parts' results together.</summary>
/// <param name="RunId">The run, whose staging folder has the plan.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Parts">How many parts there are.</param>
public sealed record TablePartsInput(string RunId, string Dataset, int Parts);

/// <summary>Activity: collects the keys by which one part's rows are divided; the map step of splits that look at all rows.</summary>
/// <param name="blobs">The data account.</param>
public sealed class CollectTableKeys(BlobServiceClient blobs)
{
    /// <summary>Leaves the keys in the run's staging folder.</summary>
    /// <param name="input">The part.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="TableFormatException">A table is damaged, or a row has no value in the split's column.</exception>
    [Function(nameof(CollectTableKeys))]
    public async Task RunAsync([ActivityTrigger] TablePartInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        TablePart part = await TablePart.FindAsync(blobs, input, cancellationToken);
        RowSplitter splitter = part.Plan.Splitter();
        var keys = new SplitKeys();
        await part.ReadFirstAsync(
            () => new List<(string Class, ulong Key)>(),
            (own, batch, place) => own.AddRange(splitter.Keys(part.Plan.Transform.WithTargets(batch), place)),
            own => own.ForEach(row => keys.Add(row.Class, row.Key)),
            cancellationToken);

        using var content = new MemoryStream();
        keys.Write(content);
        content.Position = 0;
        await blobs.GetBlobContainerClient(DataContainers.Datasets).GetBlobClient(DatasetBlobs.Keys(input.Dataset, input.RunId, input.Part))
            .UploadAsync(content, overwrite: true, cancellationToken);
    }
}

/// <summary>Activity: finds where the splits of each class end; the reduce step.</summary>
/// <param name="blobs">The data account.</param>
public sealed class DivideTable(BlobServiceClient blobs)
{
    /// <summary>Leaves the bounds in the run's staging folder.</summary>
    /// <param name="input">The parts.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="TableFormatException">There are too many rows or classes.</exception>
    [Function(nameof(DivideTable))]
    public async Task RunAsync([ActivityTrigger] TablePartsInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        TablePlan plan = await TablePlan.ReadAsync(blobs, input.Dataset, input.RunId, cancellationToken);
        var keys = new SplitKeys();
        for (int part = 0; part < input.Parts; part++)
        {
            await using Stream stream = await container.GetBlobClient(DatasetBlobs.Keys(input.Dataset, input.RunId, part))
                .OpenReadAsync(cancellationToken: cancellationToken);
            keys.Read(stream);
        }

        await container.GetBlobClient(DatasetBlobs.Bounds(input.Dataset, input.RunId))
            .WriteJsonAsync(keys.Bounds(plan.Split), cancellationToken);
    }
}
