namespace Planner.Tests.Telemetry;

public sealed class PostgresMeasurementStoreTests() : MeasurementStoreTests(new PostgresPlace());
