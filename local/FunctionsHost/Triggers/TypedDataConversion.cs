using System.Text;
using DurableMl.FunctionsHost.Worker.Protocol;
using Google.Protobuf;
using Microsoft.Azure.WebJobs;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>Values as the WebJobs SDK has them, and as the worker's protocol carries them.</summary>
internal static class TypedDataConversion
{
    // Dates stay the text that the app wrote.
    private static readonly JsonSerializerSettings Settings = new() { DateParseHandling = DateParseHandling.None };

    /// <summary>For the worker.</summary>
    public static TypedData ToTypedData(object? value) => value switch
    {
        null => new TypedData(),
        string text => new TypedData { String = text },
        byte[] bytes => new TypedData { Bytes = ByteString.CopyFrom(bytes) },
        ParameterBindingData data => new TypedData { ModelBindingData = ToModelBindingData(data) },
        ParameterBindingData[] list => new TypedData
        {
            CollectionModelBindingData = new CollectionModelBindingData { ModelBindingData = { list.Select(ToModelBindingData) } },
        },
        TimerInfo timer => new TypedData { Json = ToJson(timer) },
        JToken token => new TypedData { Json = token.ToString(Formatting.None) },
        _ => new TypedData { Json = JsonConvert.SerializeObject(value) },
    };

    /// <summary>From the worker.</summary>
    public static object? ToObject(TypedData? data) => data?.DataCase switch
    {
        null or TypedData.DataOneofCase.None => null,
        TypedData.DataOneofCase.String => data.String,
        TypedData.DataOneofCase.Json => JsonConvert.DeserializeObject(data.Json, Settings),
        TypedData.DataOneofCase.Bytes => data.Bytes.ToByteArray(),
        TypedData.DataOneofCase.Stream => data.Stream.ToByteArray(),
        TypedData.DataOneofCase.Int => data.Int,
        TypedData.DataOneofCase.Double => data.Double,
        TypedData.DataOneofCase.CollectionString => data.CollectionString.String.ToArray(),
        TypedData.DataOneofCase.CollectionBytes => data.CollectionBytes.Bytes.Select(bytes => bytes.ToByteArray()).ToArray(),
        TypedData.DataOneofCase.CollectionDouble => data.CollectionDouble.Double.ToArray(),
        TypedData.DataOneofCase.CollectionSint64 => data.CollectionSint64.Sint64.ToArray(),
        _ => throw new InvalidDataException($"A function returned data of the kind {data.DataCase}, which cannot go into an output binding."),
    };

    /// <summary>The bytes that an output binding writes for a value: text as UTF-8, anything else as JSON.</summary>
    public static byte[] ToBytes(object value) => value switch
    {
        byte[] bytes => bytes,
        string text => Encoding.UTF8.GetBytes(text),
        _ => Encoding.UTF8.GetBytes(ToText(value)),
    };

    /// <summary>The text that an output binding writes for a value.</summary>
    public static string ToText(object value) => value switch
    {
        string text => text,
        JToken token => token.ToString(Formatting.None),
        _ => JsonConvert.SerializeObject(value),
    };

    private static ModelBindingData ToModelBindingData(ParameterBindingData data) => new()
    {
        Version = data.Version,
        Source = data.Source,
        ContentType = data.ContentType,
        Content = ByteString.CopyFrom(data.Content),
    };

    private static string ToJson(TimerInfo timer) => JsonConvert.SerializeObject(new
    {
        Schedule = new { timer.Schedule.AdjustForDST },
        timer.ScheduleStatus,
        timer.IsPastDue,
    });
}
