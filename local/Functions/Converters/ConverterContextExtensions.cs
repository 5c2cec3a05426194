using DurableMl.Local.Functions.Invocation;

namespace Microsoft.Azure.Functions.Worker.Converters;

/// <summary>Access to a parameter's binding attribute, for converters.</summary>
public static class ConverterContextExtensions
{
    /// <summary>The parameter's binding attribute.</summary>
    /// <typeparam name="T">The attribute's type.</typeparam>
    /// <param name="context">The conversion.</param>
    /// <param name="bindingAttribute">The attribute.</param>
    /// <returns>Whether the parameter has one of this type.</returns>
    public static bool TryGetBindingAttribute<T>(this ConverterContext context, out object? bindingAttribute)
        where T : Attribute => TryGetBindingAttribute(context, typeof(T), out bindingAttribute);

    /// <summary>The parameter's binding attribute.</summary>
    /// <param name="context">The conversion.</param>
    /// <param name="type">The attribute's type.</param>
    /// <param name="bindingAttribute">The attribute.</param>
    /// <returns>Whether the parameter has one of this type.</returns>
    public static bool TryGetBindingAttribute(this ConverterContext context, Type type, out object? bindingAttribute)
    {
        ArgumentNullException.ThrowIfNull(context);
        bindingAttribute =
            context.Properties.TryGetValue(ParameterProperties.BindingAttribute, out object? value) && type.IsInstanceOfType(value)
                ? value
                : null;
        return bindingAttribute is not null;
    }
}
