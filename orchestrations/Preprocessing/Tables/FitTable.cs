using System.Security.Cryptography;
using Azure.Storage.Blobs;
using DurableMl.Features.Splits;
using DurableMl.Features.Tables;
using DurableMl.Features.Transforms;
using DurableMl.Orchestrations.Blobs;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Preprocessing.Tables;

/// <summary>Activity: takes the figures of one part's training rows; the map step of fitting.</summary>
/// <param name="blobs">The data account.</param>
public sealed class MeasureTable(BlobServiceClient blobs)
{
    /// <summary>Leaves the figures in the run's staging folder.</summary>
    /// <param name="input">The part.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="TableFormatException">A table is damaged, or a value is not of its column's type.</exception>
    [Function(nameof(MeasureTable))]
    public async Task RunAsync([ActivityTrigger] TablePartInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        TablePart part = await TablePart.FindAsync(blobs, input, cancellationToken);
        TablePlan plan = part.Plan;
        RowSplitter splitter = await plan.SplitterAsync(blobs, input, cancellationToken);
        var statistics = new TableStatistics();
        if (plan.Split.NeedsKeys)
        {
            await foreach ((TableBatch batch, string place) in part.RowsAsync(cancellationToken))
            {
                Add(statistics, batch, place);
            }
        }
        else
        {
            await part.ReadFirstAsync(() => new TableStatistics(), Add, statistics.Add, cancellationToken);
        }

        await container.GetBlobClient(DatasetBlobs.Statistics(input.Dataset, input.RunId, input.Part))
            .WriteJsonAsync(statistics, cancellationToken);

        void Add(TableStatistics to, TableBatch batch, string place)
        {
            TableBatch rows = plan.Transform.WithTargets(batch);
            to.RowsWithoutTarget += batch.Rows - rows.Rows;
            to.Add(plan.Transform, rows, splitter.Splits(rows, place));
        }
    }
}

/// <summary>What <see cref="FitTable"/> fitted.</summary>
/// <param name="Width">Numbers of an example.</param>
/// <param name="Task">What is learned.</param>
/// <param name="Targets">What is predicted.</param>
/// <param name="Columns">What the columns were taken for.</param>
/// <param name="Transform">The transform's file.</param>
/// <param name="Split">How rows are divided.</param>
/// <param name="RowsWithoutTarget">Rows that are left out.</param>
public sealed record FittedTable(
    int Width,
    LearningTask Task,
    IReadOnlyList<FittedTarget> Targets,
    IReadOnlyList<ColumnFinding> Columns,
    DatasetFile Transform,
    SplitRule Split,
    long RowsWithoutTarget)
{
    /// <summary>The list of what could not be read; null where all could.</summary>
    public DatasetFile? FailedItems { get; init; }

    /// <summary>Where an example's numbers are places in a list of categories or words; null where none are.</summary>
    public IReadOnlyList<IndexSpan>? Indices { get; init; }

    /// <summary>The number of classes; 0 for a regression.</summary>
    public int Classes => Targets[0].Labels?.Count ?? 0;
}

/// <summary>Activity: adds up the figures of all parts and fits the transform; the reduce step.</summary>
/// <param name="blobs">The data account.</param>
public sealed class FitTable(BlobServiceClient blobs)
{
    /// <summary>Fits, and leaves the transform in the run's staging folder.</summary>
    /// <param name="input">The parts.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="TableFormatException">The data does not have what a column needs, or there is nothing to tell apart.</exception>
    /// <exception cref="DatasetFormatException">A split has no rows, or more files than the limit could not be read.</exception>
    [Function(nameof(FitTable))]
    public async Task<FittedTable> RunAsync([ActivityTrigger] TablePartsInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        TablePlan plan = await TablePlan.ReadAsync(blobs, input.Dataset, input.RunId, cancellationToken);
        var all = new TableStatistics();
        var failed = new List<FailedItem>(plan.Failed);
        for (int part = 0; part < input.Parts; part++)
        {
            string name = DatasetBlobs.Statistics(input.Dataset, input.RunId, part);
            all.Add(await container.GetBlobClient(name).ReadJsonAsync<TableStatistics>(cancellationToken)
                ?? throw new InvalidDataException($"{name} is not there any more."));
            failed.AddRange((await TablePart.FailedAsync(blobs, new TablePartInput(input.RunId, input.Dataset, part), plan, cancellationToken)).Values);
        }

        FailedItems.Check(failed, plan.MaxFailedItems);

        foreach (Split split in Enum.GetValues<Split>())
        {
            if (all.Rows[(int)split] == 0)
            {
                throw new DatasetFormatException(
                    $"dataset {input.Dataset}",
                    $"rows with a target in every split, of {all.Rows.Sum()} in all",
                    $"none for {split.ToString().ToLowerInvariant()}; {(plan.Split.By == SplitBy.Group ? $"rows of the same '{plan.Split.Column}' stay together, so " : "")}change dataset.split or dataset.seed, or bring more rows");
            }
        }

        FittedTransform transform = plan.Transform.Fit(all);
        byte[] content = transform.ToUtf8();
        await container.GetBlobClient(DatasetBlobs.Staging(input.Dataset, input.RunId) + FittedTransform.File)
            .UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
        var file = new DatasetFile(FittedTransform.File, Convert.ToHexStringLower(SHA256.HashData(content)));
        return new FittedTable(transform.Width, transform.Task, transform.Targets, plan.Columns, file, plan.Split, all.RowsWithoutTarget)
        {
            Indices = transform.Indices,
            FailedItems = await FailedItems.WriteAsync(blobs, input.Dataset, input.RunId, failed, cancellationToken),
        };
    }
}
