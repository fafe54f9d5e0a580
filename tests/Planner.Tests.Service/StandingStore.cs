using System.Reflection;
using Planner.Measurements;

namespace Planner.Tests.Service;

/// <summary>A store that answers nothing until it is let go on.</summary>
public class StandingStore : DispatchProxy
{
    private readonly TaskCompletionSource _goesOn = new();
    private IMeasurementStore _store = null!;

    /// <summary>Puts one before a store.</summary>
    public static IMeasurementStore Before(IMeasurementStore store)
    {
        var standing = Create<IMeasurementStore, StandingStore>();
        ((StandingStore)standing)._store = store;
        return standing;
    }

    /// <summary>Lets it go on.</summary>
    public static void GoOn(IMeasurementStore standing) => ((StandingStore)standing)._goesOn.SetResult();

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _goesOn.Task.Wait();
        return targetMethod!.Invoke(_store, args);
    }
}
