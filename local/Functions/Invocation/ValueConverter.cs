using System.ComponentModel;
using System.Globalization;
using System.Text;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.Options;

namespace DurableMl.Local.Functions.Invocation;

/// <summary>The conversions that suit any binding: the value itself, text to simple types, text and bytes to one another, JSON to anything else.</summary>
internal sealed class ValueConverter(IOptions<WorkerOptions> options) : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        object? source = context.Source;
        if (source is null)
        {
            return new(ConversionResult.Unhandled());
        }

        Type target = Nullable.GetUnderlyingType(context.TargetType) ?? context.TargetType;
        if (target.IsInstanceOfType(source))
        {
            return new(ConversionResult.Success(source));
        }

        return new(
            source switch
            {
                string text => FromText(text, target),
                BinaryData data => FromBytes(data, target),
                byte[] bytes => FromBytes(BinaryData.FromBytes(bytes), target),
                IConvertible number when target.IsPrimitive || target == typeof(string) || target == typeof(decimal) =>
                    ConversionResult.Success(Convert.ChangeType(number, target, CultureInfo.InvariantCulture)),
                Guid or DateTimeOffset when target == typeof(string) => ConversionResult.Success(
                    string.Create(CultureInfo.InvariantCulture, $"{source}")
                ),
                _ => ConversionResult.Unhandled(),
            }
        );
    }

    /// <summary>Bytes, or the text or JSON they are, as a type.</summary>
    public ConversionResult FromBytes(BinaryData data, Type target)
    {
        if (target == typeof(byte[]))
        {
            return ConversionResult.Success(data.ToArray());
        }

        if (target == typeof(ReadOnlyMemory<byte>))
        {
            return ConversionResult.Success(data.ToMemory());
        }

        if (target == typeof(BinaryData))
        {
            return ConversionResult.Success(data);
        }

        if (target == typeof(Stream))
        {
            return ConversionResult.Success(data.ToStream());
        }

        return target == typeof(string) ? ConversionResult.Success(data.ToString()) : FromText(data.ToString(), target);
    }

    private ConversionResult FromText(string text, Type target)
    {
        if (target == typeof(byte[]))
        {
            return ConversionResult.Success(Encoding.UTF8.GetBytes(text));
        }

        if (target == typeof(ReadOnlyMemory<byte>))
        {
            return ConversionResult.Success((ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text));
        }

        if (target == typeof(BinaryData))
        {
            return ConversionResult.Success(BinaryData.FromString(text));
        }

        if (target == typeof(Stream))
        {
            return ConversionResult.Success(new MemoryStream(Encoding.UTF8.GetBytes(text), writable: false));
        }

        if (
            target.IsPrimitive
            || target.IsEnum
            || target == typeof(decimal)
            || target == typeof(Guid)
            || target == typeof(DateTime)
            || target == typeof(DateTimeOffset)
            || target == typeof(TimeSpan)
            || target == typeof(Uri)
        )
        {
            return ConversionResult.Success(TypeDescriptor.GetConverter(target).ConvertFromInvariantString(text));
        }

        ObjectSerializer serializer =
            options.Value.Serializer ?? throw new InvalidOperationException("A serializer is not configured for the worker.");
        using MemoryStream json = new(Encoding.UTF8.GetBytes(text), writable: false);
        return ConversionResult.Success(serializer.Deserialize(json, target, CancellationToken.None));
    }
}
