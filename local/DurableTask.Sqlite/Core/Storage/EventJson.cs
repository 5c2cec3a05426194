using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DurableTask.Core;
using DurableTask.Core.History;
using Newtonsoft.Json;
using JsonSerializer = System.Text.Json.JsonSerializer;

namespace DurableTask.Sqlite.Storage;

/// <summary>
/// History events and messages as JSON, by their data contracts, with the type first as a number: <c>{"EventType":4,…}</c>.
/// System.Text.Json takes a fraction of what Newtonsoft.Json takes for events, and reads the one event type that the latter cannot construct.
/// </summary>
internal static class EventJson
{
    private static readonly JsonSerializerOptions Options = CreateOptions();

    /// <summary>The events of one turn, in order.</summary>
    public static byte[] Write(IList<HistoryEvent> events) => JsonSerializer.SerializeToUtf8Bytes(events, Options);

    /// <inheritdoc cref="Write(IList{HistoryEvent})"/>
    public static List<HistoryEvent> ReadEvents(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<List<HistoryEvent>>(json, Options)!;

    public static byte[] Write(TaskMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, Options);

    public static TaskMessage ReadMessage(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<TaskMessage>(json, Options)!;

    /// <summary>The tags of an instance; none are NULL.</summary>
    public static string? WriteTags(IDictionary<string, string>? tags) => tags is { Count: > 0 } ? WritePart(tags) : null;

    /// <summary>The small objects of an instance's row: tags, parent, failure.</summary>
    public static string? WritePart<T>(T? part)
        where T : class => part is null ? null : JsonSerializer.Serialize(part, Options);

    /// <inheritdoc cref="WritePart"/>
    public static T? ReadPart<T>(string? json)
        where T : class => json is null ? null : JsonSerializer.Deserialize<T>(json, Options);

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = new ContractResolver(),

            // Payloads are JSON in strings: escaping their quotes as \u0022 would make them three times as long.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 128,
        };
        options.Converters.Add(new FailureDetailsConverter());
        options.MakeReadOnly();
        return options;
    }

    /// <summary>Takes the data members of DurableTask.Core's types as they are: with private setters, fields, and no use of constructors.</summary>
    private sealed class ContractResolver : IJsonTypeInfoResolver
    {
        private readonly DefaultJsonTypeInfoResolver fallback = new();

        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
        {
            if (type.Assembly != typeof(TaskMessage).Assembly || type.GetCustomAttribute<DataContractAttribute>() is null)
            {
                return fallback.GetTypeInfo(type, options);
            }

            var contract = JsonTypeInfo.CreateJsonTypeInfo(type, options);
            if (!type.IsAbstract)
            {
                contract.CreateObject = () => RuntimeHelpers.GetUninitializedObject(type);
            }

            if (type == typeof(HistoryEvent))
            {
                contract.PolymorphismOptions = EventTypes();
            }

            foreach (var member in DataMembers(type))
            {
                contract.Properties.Add(Property(contract, member));
            }

            return contract;
        }

        private static JsonPolymorphismOptions EventTypes()
        {
            var options = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = nameof(HistoryEvent.EventType) };
            foreach (var type in HistoryEvent.KnownTypes())
            {
                var sample = (HistoryEvent)RuntimeHelpers.GetUninitializedObject(type);
                options.DerivedTypes.Add(new JsonDerivedType(type, (int)sample.EventType));
            }

            return options;
        }

        private static IEnumerable<MemberInfo> DataMembers(Type type)
        {
            const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            var inherited = type.BaseType is { } parent && parent != typeof(object) ? DataMembers(parent) : [];

            // The event type is the discriminator.
            return inherited.Concat(type.GetMembers(Declared).Where(member =>
                member.GetCustomAttribute<DataMemberAttribute>() is not null && !string.Equals(member.Name, nameof(HistoryEvent.EventType), StringComparison.Ordinal)));
        }

        private static JsonPropertyInfo Property(JsonTypeInfo contract, MemberInfo member)
        {
            var type = member is PropertyInfo { PropertyType: var propertyType } ? propertyType : ((FieldInfo)member).FieldType;
            var property = contract.CreateJsonPropertyInfo(type, member.Name);
            (property.Get, property.Set) = Accessors(member, type);
            property.ShouldSerialize = static (_, value) => value is not null;
            return property;
        }

        /// <summary>Compiled: reflection takes more than all the rest of the writing.</summary>
        private static (Func<object, object?> Get, Action<object, object?> Set) Accessors(MemberInfo member, Type type)
        {
            var target = Expression.Parameter(typeof(object));
            var value = Expression.Parameter(typeof(object));
            var access = Expression.MakeMemberAccess(Expression.Convert(target, member.DeclaringType!), member);
            return (
                Expression.Lambda<Func<object, object?>>(Expression.Convert(access, typeof(object)), target).Compile(),
                Expression.Lambda<Action<object, object?>>(Expression.Assign(access, Expression.Convert(value, type)), target, value).Compile());
        }
    }

    /// <summary>Leaves failures to the serializer that their type is made for: their properties hold values of any type.</summary>
    private sealed class FailureDetailsConverter : System.Text.Json.Serialization.JsonConverter<FailureDetails>
    {
        public override FailureDetails? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return JsonConvert.DeserializeObject<FailureDetails>(document.RootElement.GetRawText());
        }

        public override void Write(Utf8JsonWriter writer, FailureDetails value, JsonSerializerOptions options) =>
            writer.WriteRawValue(JsonConvert.SerializeObject(value));
    }
}
