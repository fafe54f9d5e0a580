using Planner.Storage;

namespace Planner.Tests.Telemetry;

/// <summary>Where a test has a store, on one of the engines; it goes away with the test.</summary>
internal abstract class StorePlace : IDisposable
{
    /// <summary>The address, as the command takes it.</summary>
    public abstract string Text { get; }

    public StoreAddress Address => StoreAddress.Parse(Text);

    public SqlMeasurementStore Open() => SqlMeasurementStore.Open(Address);

    /// <summary>Another place on the same engine.</summary>
    public abstract StorePlace Another();

    /// <summary>Runs SQL behind the store's back.</summary>
    /// <returns>The rows, one text each.</returns>
    public abstract IReadOnlyList<string> Query(string sql);

    /// <summary>Has the engine refuse rows of a table from now on.</summary>
    public abstract void RefuseRowsOf(string table);

    public abstract void Dispose();
}
