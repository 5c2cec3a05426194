using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace DurableMl.Tests.Support.Otlp;

/// <summary>A span.</summary>
/// <param name="Service">The service's name, from its resource.</param>
/// <param name="Source">The name of the source that made it.</param>
/// <param name="Name">What was done.</param>
/// <param name="TraceId">The trace, in hexadecimal digits.</param>
/// <param name="SpanId">The span.</param>
/// <param name="ParentId">The span it belongs to; empty for the first of a trace.</param>
/// <param name="Attributes">Its attributes.</param>
public sealed record OtlpSpan(
    string Service, string Source, string Name, string TraceId, string SpanId, string ParentId, IReadOnlyDictionary<string, string> Attributes);

/// <summary>A measurement of a metric.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Value">Its value; for a histogram the sum of all values.</param>
/// <param name="Count">The number of values, for a histogram; else 1.</param>
/// <param name="Attributes">What it was measured for.</param>
public sealed record OtlpPoint(string Metric, string Unit, double Value, long Count, IReadOnlyDictionary<string, string> Attributes);

/// <summary>A line of a log.</summary>
/// <param name="Service">The service's name, from its resource.</param>
/// <param name="Category">Who wrote it.</param>
/// <param name="Body">The text, or its template.</param>
/// <param name="TraceId">The trace it belongs to; empty for none.</param>
/// <param name="Attributes">What is in the text, and in the scopes around it.</param>
public sealed record OtlpLog(string Service, string Category, string Body, string TraceId, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Reads what exporters send; opentelemetry-proto has the numbers of the fields.</summary>
internal static class OtlpMessages
{
    public static List<OtlpSpan> Spans(byte[] request) =>
    [
        .. Records(request).Select(record => new OtlpSpan(
            record.Service, record.Scope, record.Fields.Text(5), record.Fields.Hex(1), record.Fields.Hex(2), record.Fields.Hex(4), record.Fields.Attributes(9))),
    ];

    public static List<OtlpLog> Logs(byte[] request) =>
    [
        .. Records(request).Select(record => new OtlpLog(
            record.Service, record.Scope, record.Fields.First(5) is { } body ? Value(body.Bytes) : "", record.Fields.Hex(9), record.Fields.Attributes(6))),
    ];

    public static List<OtlpPoint> Points(byte[] request)
    {
        var points = new List<OtlpPoint>();
        foreach ((string _, string _, List<Field> metric) in Records(request))
        {
            string name = metric.Text(1);
            string unit = metric.Text(3);
            // gauge = 5, sum = 7, histogram = 9
            foreach (Field kind in metric.Where(field => field.Number is 5 or 7 or 9))
            {
                foreach (List<Field> point in Parse(kind.Bytes).Where(field => field.Number == 1).Select(field => Parse(field.Bytes)))
                {
                    points.Add(kind.Number == 9
                        ? new OtlpPoint(name, unit, Double(point.First(5)), (long)(point.First(4)?.Value ?? 0), point.Attributes(9))
                        : new OtlpPoint(name, unit, point.First(4) is { } real ? Double(real) : (long)(point.First(6)?.Value ?? 0), 1, point.Attributes(7)));
                }
            }
        }

        return points;
    }

    /// <summary>Every span, log record or metric with the names of its service and its source: all three kinds are packed alike.</summary>
    private static IEnumerable<(string Service, string Scope, List<Field> Fields)> Records(byte[] request)
    {
        foreach (List<Field> resource in Parse(request).Where(field => field.Number == 1).Select(field => Parse(field.Bytes)))
        {
            string service = resource.First(1) is { } description ? Parse(description.Bytes).Attributes(1).GetValueOrDefault("service.name", "") : "";
            foreach (List<Field> scope in resource.Where(field => field.Number == 2).Select(field => Parse(field.Bytes)))
            {
                string source = scope.First(1) is { } name ? Parse(name.Bytes).Text(1) : "";
                foreach (Field record in scope.Where(field => field.Number == 2))
                {
                    yield return (service, source, Parse(record.Bytes));
                }
            }
        }
    }

    private static Dictionary<string, string> Attributes(this List<Field> fields, int number)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (List<Field> attribute in fields.Where(field => field.Number == number).Select(field => Parse(field.Bytes)))
        {
            attributes[attribute.Text(1)] = attribute.First(2) is { } value ? Value(value.Bytes) : "";
        }

        return attributes;
    }

    // An AnyValue: a text, a truth value, an integer or a number. Lists and maps are not needed.
    private static string Value(ReadOnlyMemory<byte> any) => Parse(any).FirstOrDefault() switch
    {
        { Number: 1 } text => Encoding.UTF8.GetString(text.Bytes.Span),
        { Number: 2 } truth => truth.Value != 0 ? "true" : "false",
        { Number: 3 } integer => ((long)integer.Value).ToString(CultureInfo.InvariantCulture),
        { Number: 4 } number => Double(number).ToString("R", CultureInfo.InvariantCulture),
        _ => "",
    };

    private static double Double(Field? field) => field is null ? 0 : BitConverter.UInt64BitsToDouble(field.Value);

    private static Field? First(this List<Field> fields, int number) => fields.Find(field => field.Number == number);

    private static string Text(this List<Field> fields, int number) => fields.First(number) is { } field ? Encoding.UTF8.GetString(field.Bytes.Span) : "";

    private static string Hex(this List<Field> fields, int number) => fields.First(number) is { } field ? Convert.ToHexStringLower(field.Bytes.Span) : "";

    private static List<Field> Parse(ReadOnlyMemory<byte> message)
    {
        var fields = new List<Field>();
        int at = 0;
        while (at < message.Length)
        {
            ulong key = Varint(message.Span, ref at);
            int number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    fields.Add(new Field(number, Varint(message.Span, ref at), default));
                    break;
                case 1:
                    fields.Add(new Field(number, BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]), default));
                    at += 8;
                    break;
                case 2:
                    int length = (int)Varint(message.Span, ref at);
                    fields.Add(new Field(number, 0, message.Slice(at, length)));
                    at += length;
                    break;
                case 5:
                    fields.Add(new Field(number, BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]), default));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Protobuf has no wire type {key & 7}.");
            }
        }

        return fields;
    }

    private static ulong Varint(ReadOnlySpan<byte> message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private sealed record Field(int Number, ulong Value, ReadOnlyMemory<byte> Bytes);
}
