using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DurableMl.Features.Transforms;
using DurableMl.Inference.Columns;
using DurableMl.Inference.Serving;

namespace DurableMl.Orchestrations.Scoring;

/// <summary>Writes what a model says of rows of tables or of images, a line each.</summary>
internal abstract class PredictionLines
{
    private readonly ArrayBufferWriter<byte> lines = new();

    private PredictionLines(ModelSignature signature)
    {
        Signature = signature;
    }

    protected ModelSignature Signature { get; }

    // An image file is one example.
    protected bool HasRows => Signature.Image is null;

    protected bool IsRegression => Signature.Task == LearningTask.Regression;

    protected IReadOnlyList<string> Labels => Signature.Targets[0].Labels ?? [];

    protected IBufferWriter<byte> Lines => lines;

    public static PredictionLines Of(ScoreFormat format, ModelSignature signature) =>
        format == ScoreFormat.Csv ? new Csv(signature) : new JsonLines(signature);

    /// <summary>Adds what comes before all lines.</summary>
    public abstract void Begin();

    /// <summary>Adds lines.</summary>
    /// <param name="rows">What the model says.</param>
    /// <param name="fileOf">The file of a row.</param>
    public abstract void Add(ScoredRows rows, Func<long, string> fileOf);

    /// <summary>The lines so far; the writer begins again.</summary>
    public byte[] Take()
    {
        byte[] taken = lines.WrittenSpan.ToArray();
        lines.ResetWrittenCount();
        return taken;
    }

    protected static Span<float> Numbers(ScoredOutput output, int row, int rows)
    {
        int width = output.Numbers.Length / rows;
        return output.Numbers.AsSpan(row * width, width);
    }

    /// <summary>One JSON object a line.</summary>
    private sealed class JsonLines(ModelSignature signature) : PredictionLines(signature)
    {
        public override void Begin()
        {
        }

        public override void Add(ScoredRows rows, Func<long, string> fileOf)
        {
            using var json = new Utf8JsonWriter(Lines, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            for (int row = 0; row < rows.Rows.Count; row++)
            {
                Add(json, rows, row, fileOf(rows.Rows[row]));
            }
        }

        private void Add(Utf8JsonWriter json, ScoredRows rows, int row, string file)
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            if (HasRows)
            {
                json.WriteNumber("row", rows.Rows[row]);
            }

            foreach (ScoredOutput output in rows.Outputs.Where(output => output.Texts.Count > 0))
            {
                json.WriteString(output.Name, output.Texts[row]);
            }

            json.WriteStartObject(IsRegression ? "predictions" : "scores");
            foreach (ScoredOutput output in rows.Outputs.Where(output => output.Texts.Count == 0))
            {
                foreach ((int i, float number) in Numbers(output, row, rows.Rows.Count).ToArray().Index())
                {
                    Write(json, IsRegression ? output.Name : Labels[i], number);
                }
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            Lines.Write("\n"u8);
        }

        private static void Write(Utf8JsonWriter json, string name, float number)
        {
            if (float.IsFinite(number))
            {
                json.WriteNumber(name, number);
            }
            else
            {
                // JSON has no number for it.
                json.WriteNull(name);
            }
        }
    }

    /// <summary>Comma-separated values with a header (RFC 4180); a number that is none is empty.</summary>
    private sealed class Csv(ModelSignature signature) : PredictionLines(signature)
    {
        private readonly StringBuilder line = new();

        public override void Begin()
        {
            Put("file");
            if (HasRows)
            {
                Put("row");
            }

            if (!IsRegression)
            {
                Put(Signature.Task == LearningTask.MultiLabel ? "labels" : "label");
            }

            foreach (string name in IsRegression ? Signature.Targets.Select(target => $"predictions.{target.Name}") : Labels.Select(label => $"scores.{label}"))
            {
                Put(name);
            }

            End();
        }

        public override void Add(ScoredRows rows, Func<long, string> fileOf)
        {
            for (int row = 0; row < rows.Rows.Count; row++)
            {
                Add(rows, row, fileOf(rows.Rows[row]));
            }
        }

        private void Add(ScoredRows rows, int row, string file)
        {
            Put(file);
            if (HasRows)
            {
                Put(rows.Rows[row].ToString(CultureInfo.InvariantCulture));
            }

            foreach (ScoredOutput output in rows.Outputs)
            {
                if (output.Texts.Count > 0)
                {
                    Put(output.Texts[row]);
                    continue;
                }

                foreach (float number in Numbers(output, row, rows.Rows.Count))
                {
                    Put(float.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "");
                }
            }

            End();
        }

        private void Put(string value)
        {
            if (line.Length > 0)
            {
                line.Append(',');
            }

            if (value.AsSpan().IndexOfAny(",\"\r\n") >= 0 || value.AsSpan().Trim().Length < value.Length)
            {
                line.Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
            else
            {
                line.Append(value);
            }
        }

        private void End()
        {
            Encoding.UTF8.GetBytes(line.Append('\n').ToString(), Lines);
            line.Clear();
        }
    }
}
