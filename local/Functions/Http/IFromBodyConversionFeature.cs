namespace Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;

/// <summary>Turns the body of an HTTP request into a parameter's value; a feature of the invocation, so that middleware can replace it.</summary>
public interface IFromBodyConversionFeature
{
    /// <summary>Reads the body.</summary>
    /// <param name="context">The invocation.</param>
    /// <param name="targetType">The parameter's type.</param>
    /// <returns>The value.</returns>
    ValueTask<object?> ConvertAsync(FunctionContext context, Type targetType);
}
