"""HL7 FHIR R4 (4.0.1): reading bundles, checking resources, projecting, building, exporting."""
