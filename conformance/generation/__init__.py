"""What is sent: numbers, faultless calls, a call for each defect, triggers for each code, and the
door to schemathesis.
"""
