using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Features.Images;
using DurableMl.Features.Tables;
using DurableMl.Inference.Columns;
using DurableMl.Inference.Serving;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Preprocessing.Images;
using Microsoft.Azure.Functions.Worker;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>
/// Activity: the next page of what there is to score, in the order of names: arrays, and the tables or the images that the model was trained
/// on. Image files are put into packs, whose lists lie beside the predictions.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="scorer">The models.</param>
public sealed class ListScoreShards(BlobServiceClient blobs, BatchScorer scorer)
{
    private const int Page = 200;

    /// <summary>Image files that are scored together.</summary>
    internal int PackImages { get; init; } = 64;

    /// <summary>Lists what comes after the last blob done.</summary>
    /// <param name="input">The whole.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <exception cref="PermanentFailureException">There is nothing at all that the model takes, or it cannot be written in the format that is asked for.</exception>
    [Function(nameof(ListScoreShards))]
    public async Task<ScorePage> RunAsync([ActivityTrigger] ScoreInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        BlobContainerClient container = blobs.GetBlobContainerClient(input.Input.Container);
        ModelSignature? signature = await input.SignatureAsync(scorer, cancellationToken);
        // A dataset holds shards, and what the tables were that they came from.
        bool isOfArrays = signature is null || input.Input.Container == DataContainers.Datasets;
        ScoreUnitKind taken = isOfArrays ? ScoreUnitKind.Array : signature!.Image is null ? ScoreUnitKind.Table : ScoreUnitKind.Images;
        ScoreProgress progress = input.Progress ?? new();
        var units = new List<ScoreUnit>(Page);
        var pack = new List<ScoreImage>(PackImages);
        (string? after, int packs, long skipped, string? other) = (progress.After, progress.Packs, 0L, null);
        if (await container.ExistsAsync(cancellationToken))
        {
            await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, input.Input.Prefix, cancellationToken))
            {
                if (string.CompareOrdinal(blob.Name, progress.After) <= 0 || IsOurs(input, taken, blob.Name))
                {
                    continue;
                }

                after = blob.Name;
                ScoreUnitKind? kind = KindOf(blob.Name);
                if (kind == ScoreUnitKind.Images && taken == kind)
                {
                    pack.Add(new ScoreImage(blob.Name, blob.Properties.ETag!.Value.ToString(), blob.Properties.ContentLength ?? 0));
                    if (pack.Count == PackImages)
                    {
                        await EndPackAsync();
                    }
                }
                else if (kind == ScoreUnitKind.Array || (kind == ScoreUnitKind.Table && taken == kind))
                {
                    units.Add(new ScoreUnit(kind.Value, blob.Name));
                }
                else
                {
                    skipped++;
                    other ??= blob.Name;
                }

                if (units.Count >= Page)
                {
                    break;
                }
            }
        }

        await EndPackAsync();
        units.ForEach(unit => CheckFormat(input, unit));
        return units.Count > 0 || progress.Shards > 0 ? new ScorePage(units, after, packs, skipped) : throw Nothing(input, taken, isOfArrays && signature is null, other);

        async Task EndPackAsync()
        {
            if (pack.Count > 0)
            {
                string list = PackName(input, packs++);
                await blobs.GetBlobContainerClient(input.Output.Container).GetBlobClient(list).WriteJsonAsync(pack, cancellationToken);
                units.Add(new ScoreUnit(ScoreUnitKind.Images, list));
                pack.Clear();
            }
        }
    }

    /// <summary>The beginning of the names of all packs' files: the same for the same input.</summary>
    internal static string PackPrefix(ScoreInput input)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{input.Input.Container}/{input.Input.Prefix}"));
        return $"{input.Output.Prefix.TrimEnd('/')}/images-{Convert.ToHexStringLower(hash)[..8]}-";
    }

    private static string PackName(ScoreInput input, int pack) =>
        string.Create(CultureInfo.InvariantCulture, $"{PackPrefix(input)}{pack:D6}{UnitPredictions.Files}");

    private static ScoreUnitKind? KindOf(string blob) =>
        blob.EndsWith(".npy", StringComparison.Ordinal) ? ScoreUnitKind.Array
        : TableFileType.Of(blob) is not null ? ScoreUnitKind.Table
        : ImageForm.IsName(blob) ? ScoreUnitKind.Images
        : null;

    // Not what is scored, and not what was forgotten: labels, a folder's pipeline, and what scorings left.
    private static bool IsOurs(ScoreInput input, ScoreUnitKind taken, string blob)
    {
        string output = input.Output.Prefix.TrimEnd('/') + "/";
        bool holdsOutput = input.Input.Container == input.Output.Container && output.StartsWith(input.Input.Prefix, StringComparison.Ordinal);
        string file = blob[(blob.LastIndexOf('/') + 1)..];
        return blob.EndsWith(ScoreShard.LabelsSuffix, StringComparison.Ordinal)
            || (taken == ScoreUnitKind.Images && file == PlanImages.LabelsFile)
            || RawBlobs.IsPipeline(file)
            || UnitPredictions.IsBeside(blob)
            || (holdsOutput && blob.StartsWith(output, StringComparison.Ordinal));
    }

    private static void CheckFormat(ScoreInput input, ScoreUnit unit)
    {
        bool isArray = unit.Kind == ScoreUnitKind.Array;
        if (input.Format == (isArray ? ScoreFormat.Csv : ScoreFormat.Npy))
        {
            throw new PermanentFailureException($"{unit.Blob} cannot be scored with format {(isArray ? "csv" : "npy")}: arrays take npy or jsonl, tables and images csv or jsonl.");
        }

        if (!isArray && input.Prediction is { } output)
        {
            throw new PermanentFailureException($"{unit.Blob} cannot be scored with prediction '{output}': that names an output of the network, for arrays; leave it out for tables and images.");
        }
    }

    private static PermanentFailureException Nothing(ScoreInput input, ScoreUnitKind taken, bool hasNoTransform, string? other)
    {
        string wanted = taken switch
        {
            ScoreUnitKind.Table => $"table ({TableFileType.Endings}) or .npy shard",
            ScoreUnitKind.Images => $"image ({ImageForm.Endings}) or .npy shard",
            _ => ".npy shard",
        };
        string found = other is null ? ""
            : $" {input.Input.Container}/{other} is none that version {input.Version} of {input.Model} takes"
            + (hasNoTransform ? ", which takes arrays alone: it carries no transform, as a model that was trained on tables or images here does." : ".");
        return new($"There is no {wanted} under {input.Input.Container}/{input.Input.Prefix}.{found}");
    }
}
